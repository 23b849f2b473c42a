#include "tree/tar_indexer.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "base/path_names.h"
#include "base/quoting.h"
#include "base/units.h"

namespace zvfs {
namespace {

using Severity = Warning::Severity;
using Type = TarMember::Type;

// Directories are made up for members whose own are not in the archive. One member with 4 KiB of
// path, which compresses to a few bytes, could name 2,000 directories, each of which takes about
// 150 bytes of memory. In real archives, few files have several directories missing above them.
constexpr std::uint64_t kMadeUpAtLeast = 65536;
constexpr std::uint64_t kMadeUpPerMember = 4;
// A member of 512 bytes can lie behind a chain of symlinks whose targets have 64 KiB together. In
// real archives, few targets on the way to a member have more than a hundred bytes.
constexpr std::uint64_t kFollowedAtLeast = 16 * kMiB;
constexpr std::uint64_t kFollowedPerByte = 2;

// The longest path with made-up directories: Linux's PATH_MAX, beyond which nothing else extracts
// it either. A longer one, as in images of deep trees, comes after its directories.
constexpr std::size_t kMaxMadeUpPath = 4095;

Unexpected refuse(std::string_view why) {
  return fail(ErrorCode::kInvalidArgument, "{}; not shown in the image", why);
}

// Whether an error is about a single member, so that reading can go on.
bool concerns_member(const Error& error) {
  return error.code == ErrorCode::kInvalidArgument || error.code == ErrorCode::kNotFound;
}

// Whether extraction would go through a symlink to `target`.
bool can_follow(std::string_view target) {
  constexpr std::size_t kPathMax = 4096;
  return target.size() < kPathMax && stays_below(target);
}

Result<void> check_name(std::string_view name) {
  if (name.size() <= kMaxNameLength) return {};
  return refuse(fmt::format("a name of {} bytes exceeds {}", name.size(), kMaxNameLength));
}

// `what` is the path's noun: "its path".
Result<void> check_path(std::string_view path, std::string_view what) {
  if (path.size() > kMaxPathSize) {
    return refuse(fmt::format("{} of {} bytes exceeds {}", what, path.size(), kMaxPathSize));
  }
  if (path.find('\0') != path.npos) return refuse(fmt::format("{} contains a zero byte", what));
  if (has_dot_dot(path)) return refuse(fmt::format("{} contains '..'", what));
  return {};
}

// The record of a directory without a member of its own, made for `entry`, which lies in it.
InodeRecord made_up_directory(const TarEntry& entry) {
  InodeRecord record;
  record.set_metadata(entry.metadata);
  record.mode = mode_of(FileType::kDirectory, 0755);
  return record;
}

}  // namespace

Result<TarParser::Step> TarIndexer::take(ByteSpan bytes) {
  const TarParser::Step step = ZVFS_TRY(parser_.take(bytes));
  if (step.member == nullptr) return step;
  ++members_;
  for (const TarEntry::Note& note : step.member->notes) {
    report(*step.member, note.severity, note.message);
  }
  ZVFS_TRY(add_or_report(*step.member));
  return step;
}

Result<void> TarIndexer::add_or_report(const TarEntry& entry) {
  auto added = add(entry);
  if (added || !concerns_member(added.error())) return added;
  report(entry, Severity::kChanged, added.error().message);
  return {};
}

Result<void> TarIndexer::finish() {
  ZVFS_TRY(parser_.finish());
  report_archive();
  if (!has_root_) set_made_up(kRootInode, true);
  if (index_extras_ != nullptr) ZVFS_TRY(add_index_extras());
  const std::vector<std::uint32_t> numbers = ZVFS_TRY(names_.move_to(tree_));
  if (!numbers.empty()) {
    renumber_files(numbers);
    renumber_made_up(numbers);
  }
  tree_.finish();
  return {};
}

Result<void> TarIndexer::add_index_extras() {
  for (const TarEntry& socket : index_extras_->sockets()) ZVFS_TRY(add_or_report(socket));
  for (const auto& [path, xattrs] : index_extras_->xattrs_by_path()) {
    const auto inode = find_inode(path);
    if (!inode && !concerns_member(inode.error())) return Unexpected(Error(inode.error()));
    if (!inode) {
      warnings_.report(Severity::kUnreadable, path,
                       "not found: its large extended attributes are lost");
      continue;
    }
    tree_.inode(*inode).xattr_set = ZVFS_TRY(tree_.xattrs().add(*xattrs));
  }
  return {};
}

Result<InodeNumber> TarIndexer::find_inode(const std::string& path) {
  const Place place = ZVFS_TRY(find_place(path, TarEntry(), IfMissing::kGiveUp));
  if (place.name.empty()) return kRootInode;
  const auto row = names_.find(place.directory, place.name);
  if (!row) return fail(ErrorCode::kNotFound, "no '{}'", shown_name(path));
  return names_.inode(*row);
}

void TarIndexer::report_archive() const {
  if (parser_.archives() > 1) {
    warnings_.report(Severity::kNote, ".",
                     fmt::format("{} archives in a row are shown as one; tar needs --ignore-zeros",
                                 parser_.archives()));
  }
  if (parser_.garbage_begin() > 0) {
    warnings_.report(Severity::kNote, ".",
                     fmt::format("data after the end of the archive, at {}, is kept unchanged",
                                 parser_.garbage_begin()));
  }
  if (!parser_.has_end_mark()) {
    warnings_.report(Severity::kNote, ".", "the archive has no end mark: is it complete?");
  }
}

void TarIndexer::renumber_files(std::span<const std::uint32_t> numbers) {
  std::size_t count = 0;
  for (std::size_t i = 0; i < files_.size(); ++i) {
    const std::uint32_t number = numbers[files_[i] - 1];
    if (number != 0) files_[count++] = number;
  }
  files_.truncate(count);
}

void TarIndexer::set_made_up(InodeNumber directory, bool is_made_up) {
  const std::size_t index = directory.value - 1;
  if (index >= is_made_up_.size()) {
    if (!is_made_up) return;
    is_made_up_.resize(index + 1);
  }
  is_made_up_[index] = is_made_up;
}

bool TarIndexer::is_made_up(InodeNumber directory) const {
  const std::size_t index = directory.value - 1;
  return index < is_made_up_.size() && is_made_up_[index];
}

void TarIndexer::renumber_made_up(std::span<const std::uint32_t> numbers) {
  const std::vector<bool> old = std::exchange(is_made_up_, {});
  for (std::size_t i = 0; i < old.size(); ++i) {
    if (old[i] && numbers[i] != 0) set_made_up({numbers[i]}, true);
  }
}

Result<void> TarIndexer::add(const TarEntry& entry) {
  if (!has_root_) {
    set_root(made_up_directory(entry));
    set_made_up(kRootInode, true);
  }
  if (entry.path.empty()) return refuse("it has no name");
  ZVFS_TRY(check_path(entry.path, "its path"));
  if (entry.path.starts_with('/') && !std::exchange(said_absolute_, true)) {
    report(entry, Severity::kNote, "the leading '/' is dropped from this and other names");
  }
  const Place place = ZVFS_TRY(find_place(entry.path, entry, IfMissing::kMake));
  if (place.name.empty()) return add_root(entry);
  if (entry.type == Type::kHardLink) return add_hard_link(place, entry);
  return add_at(place, entry);
}

void TarIndexer::set_root(InodeRecord record) {
  has_root_ = true;
  record.nlink = 2;
  record.parent = kRootInode.value;
  tree_.inode(kRootInode) = record;
}

Result<void> TarIndexer::add_root(const TarEntry& entry) {
  if (entry.type != Type::kDirectory) return refuse("the root is not a directory");
  set_root(ZVFS_TRY(record_of(entry)));
  set_made_up(kRootInode, false);
  return {};
}

Result<void> TarIndexer::add_at(const Place& place, const TarEntry& entry) {
  if (entry.type != Type::kDirectory) ZVFS_TRY(check_replaceable(place));
  const InodeRecord record = ZVFS_TRY(record_of(entry));
  const auto known = names_.find(place.directory, place.name);
  if (known && record.is_directory()) {
    InodeRecord& old = tree_.inode(names_.inode(*known));
    if (old.is_directory()) {
      const std::uint32_t nlink = old.nlink;
      old = record;
      old.nlink = nlink;
      set_made_up(names_.inode(*known), false);
      return {};
    }
  }
  const InodeNumber number = ZVFS_TRY(tree_.add_inode(record));
  if (entry.type == Type::kFile && entry.data_size > 0) files_.push_back(number.value);
  return set_name(place, number);
}

Result<void> TarIndexer::add_hard_link(const Place& place, const TarEntry& entry) {
  ZVFS_TRY(check_path(entry.link_path, "its link target"));
  const auto missing = [&] {
    return refuse(fmt::format("hard link to '{}', which is not an earlier file of the archive",
                              shown_name(entry.link_path)));
  };
  const auto target_place = find_place(entry.link_path, entry, IfMissing::kGiveUp);
  if (!target_place && !concerns_member(target_place.error())) {
    return Unexpected(Error(target_place.error()));
  }
  if (!target_place || target_place->name.empty()) return missing();
  const auto target = names_.find(target_place->directory, target_place->name);
  if (!target) return missing();
  const InodeNumber number = names_.inode(*target);
  if (tree_.inode(number).is_directory()) return missing();
  const auto known = names_.find(place.directory, place.name);
  if (known == target) return {};  // to itself
  ZVFS_TRY(check_replaceable(place));
  return set_name(place, number);
}

// Gives `inode` that name, which may have belonged to another.
Result<void> TarIndexer::set_name(const Place& place, InodeNumber inode) {
  const auto known = names_.find(place.directory, place.name);
  if (!known) {
    ZVFS_TRY(names_.add(place.directory, place.name, inode));
    return {};
  }
  const InodeRecord& old = tree_.inode(names_.inode(*known));
  if (old.is_directory() || old.is_symlink()) {
    directory_path_.clear();  // may lead elsewhere now
    directory_ = NameTable::kRoot;
  }
  names_.set_inode(*known, inode);
  return {};
}

// Extraction removes whatever has the name of a member, except a directory with entries.
Result<void> TarIndexer::check_replaceable(const Place& place) const {
  const auto known = names_.find(place.directory, place.name);
  if (!known || !tree_.inode(names_.inode(*known)).is_directory()) return {};
  if (names_.is_empty(*known)) return {};
  return refuse("an earlier directory of that name has entries");
}

Result<InodeRecord> TarIndexer::record_of(const TarEntry& entry) {
  InodeRecord record = make_record(entry);
  if (const auto set = xattr_set_of(entry); set) {
    record.xattr_set = *set;
  } else {
    report(entry, Severity::kChanged, set.error().message + "; left out");
  }
  if (entry.type == Type::kFile) {
    ZVFS_TRY(set_data(entry, record));
  } else if (entry.type == Type::kSymlink) {
    const std::string& target = entry.link_path;
    if (target.empty() || target.size() > kMaxSymlinkLength || target.find('\0') != target.npos) {
      return refuse(fmt::format("symlink target of {} bytes", target.size()));
    }
    record.mode |= 0777;  // as Linux shows it, whatever the archive says
    record.size = target.size();
    record.data = tree_.add_string(target);
  } else if (entry.type == Type::kCharacterDevice || entry.type == Type::kBlockDevice) {
    record.data = std::uint64_t{entry.device_major} << 32 | entry.device_minor;
  }
  return record;
}

Result<std::uint32_t> TarIndexer::xattr_set_of(const TarEntry& entry) {
  if (index_extras_ != nullptr && entry.type != Type::kSocket) {
    if (const auto all = index_extras_->take_xattrs(entry.header_begin)) {
      return tree_.xattrs().add(*all);
    }
  }
  return tree_.xattrs().add(entry.xattrs);
}

Result<void> TarIndexer::set_data(const TarEntry& entry, InodeRecord& record) {
  record.size = entry.size;
  record.allocated = entry.data_size;
  if (!entry.sparse) {
    if (entry.size > 0) record.data = entry.data_begin;
    return {};
  }
  if (entry.extents.size() > std::numeric_limits<std::uint32_t>::max()) {
    return refuse(fmt::format("{} holes exceed the limit", entry.extents.size()));
  }
  record.flags = InodeRecord::kExtentList;
  record.data = tree_.extents().size();
  record.count = static_cast<std::uint32_t>(entry.extents.size());
  for (const ExtentRecord& extent : entry.extents) tree_.add_extent(extent);
  return {};
}

Result<TarIndexer::Place> TarIndexer::find_place(std::string_view path, const TarEntry& entry,
                                                 IfMissing if_missing) {
  const std::string_view name = take_last_name(path);
  if (name.empty()) return Place{};
  ZVFS_TRY(check_name(name));
  return Place{ZVFS_TRY(find_directory(path, entry, if_missing)), name};
}

// Members mostly come in the order of their directories.
Result<NameTable::Row> TarIndexer::find_directory(std::string_view path, const TarEntry& entry,
                                                  IfMissing if_missing) {
  if (path == directory_path_) return directory_;
  symlinks_followed_ = 0;
  walked_ = path.size();
  const Row found = ZVFS_TRY(walk(NameTable::kRoot, path, entry, if_missing));
  directory_path_ = path;
  directory_ = found;
  return found;
}

Result<NameTable::Row> TarIndexer::walk(Row directory, std::string_view path, const TarEntry& entry,
                                        IfMissing if_missing) {
  while (true) {
    const std::string_view name = take_first_name(path);
    if (name.empty()) return directory;
    ZVFS_TRY(check_name(name));
    directory = ZVFS_TRY(enter(directory, name, entry, if_missing));
  }
}

Result<NameTable::Row> TarIndexer::enter(Row directory, std::string_view name,
                                         const TarEntry& entry, IfMissing if_missing) {
  const auto known = names_.find(directory, name);
  if (!known && if_missing == IfMissing::kMake) return make_up(directory, name, entry);
  if (!known) return fail(ErrorCode::kNotFound, "no directory '{}'", shown_name(name));
  const InodeRecord& record = tree_.inode(names_.inode(*known));
  if (record.is_directory()) return *known;
  if (record.is_symlink()) return follow(directory, *known, entry);
  return refuse(fmt::format("it lies below '{}', which is not a directory", shown_name(name)));
}

// Extraction makes no directories through symlinks.
Result<NameTable::Row> TarIndexer::follow(Row directory, Row symlink, const TarEntry& entry) {
  const std::string_view target = tree_.symlink_target(tree_.inode(names_.inode(symlink)));
  walked_ += target.size();
  if (can_follow(target) && walked_ <= kMaxPathSize && ++symlinks_followed_ <= kMaxSymlinks) {
    ZVFS_TRY(count_followed(target));
    const auto found = walk(directory, target, entry, IfMissing::kGiveUp);
    if (found || !concerns_member(found.error())) return found;
  }
  return refuse(
      fmt::format("it lies below a symlink to '{}', which is not a directory", shown_name(target)));
}

Result<void> TarIndexer::count_followed(std::string_view target) {
  followed_ += target.size();
  const std::uint64_t limit = kFollowedAtLeast + kFollowedPerByte * parser_.position();
  if (followed_ <= limit) return {};
  return fail(ErrorCode::kTooLarge,
              "paths of {} members lead through symlink targets of {} bytes, more than {}",
              members_, followed_, limit);
}

Result<NameTable::Row> TarIndexer::make_up(Row directory, std::string_view name,
                                           const TarEntry& entry) {
  if (entry.path.size() > kMaxMadeUpPath) {
    return refuse(fmt::format("path of {} bytes exceeds {}, and its directory is missing",
                              entry.path.size(), kMaxMadeUpPath));
  }
  if (++made_up_ > kMadeUpAtLeast + kMadeUpPerMember * members_) {
    return fail(ErrorCode::kTooLarge, "{} directories of {} members are missing from the archive",
                made_up_, members_);
  }
  const InodeNumber number = ZVFS_TRY(tree_.add_inode(made_up_directory(entry)));
  set_made_up(number, true);
  return names_.add(directory, name, number);
}

void TarIndexer::report(const TarEntry& entry, Severity severity, std::string message) {
  warnings_.report(severity, entry.path, std::move(message));
}

}  // namespace zvfs
