#include "mkimage/scan/scanner.h"

#include <algorithm>
#include <cerrno>
#include <fcntl.h>

#include "tar/pax_records.h"

namespace zvfs {

using Severity = Warning::Severity;

Scanner::Scanner(int root_fd, const EntryRules& rules, ExcludedFiles excluded, Tree& tree,
                 Warnings& warnings, Progress& progress)
    : root_fd_(root_fd),
      rules_(rules),
      excluded_(std::move(excluded)),
      tree_(tree),
      warnings_(warnings),
      progress_(progress),
      opener_(tree, root_fd),
      reader_(tree, rules.xattrs) {}

Scanner::Scanner(const SourceList& list, const EntryRules& rules, ExcludedFiles excluded,
                 Tree& tree, Warnings& warnings, Progress& progress)
    : root_fd_(-1),
      list_(&list),
      rules_(rules),
      excluded_(std::move(excluded)),
      tree_(tree),
      warnings_(warnings),
      progress_(progress),
      opener_(tree, root_fd_),
      reader_(tree, rules.xattrs) {
  if (!list.has_whole_root()) listed_.emplace(kRootInode, &list.root());
  if (!list.root().place.empty())
    tree_.source().places().directories[kRootInode] = list.root().place;
}

Result<void> Scanner::scan() {
  ZVFS_TRY(reader_.check());
  if (list_ != nullptr) {
    for (const Warning& warning : list_->warnings()) {
      warnings_.report(warning.severity, warning.path, warning.message);
    }
  }
  ZVFS_TRY(scan_root());
  for (pending_ = {kRootInode}; !pending_.empty();) {
    const InodeNumber next = pending_.back();
    pending_.pop_back();
    ZVFS_TRY(scan_directory(next));
  }
  if (list_ != nullptr && list_->root().place.empty()) date_made_up_root();
  tree_.finish();
  return {};
}

// Several sources have no directory in common.
void Scanner::make_up_root() {
  InodeRecord record = tree_.inode(kRootInode);
  rules_.metadata.rewrite(record);
  tree_.inode(kRootInode) = record;
}

// It is as old as the newest of what is in it.
void Scanner::date_made_up_root() {
  InodeRecord& root = tree_.inode(kRootInode);
  if (root.count == 0) return;
  Timestamp newest =
      mtime_of(tree_.inode(tree_.inode_of({kRootInode, static_cast<std::uint32_t>(root.data)})));
  for (std::uint64_t row = root.data; row < root.data + root.count; ++row) {
    const Link link{kRootInode, static_cast<std::uint32_t>(row)};
    newest = std::max(newest, mtime_of(tree_.inode(tree_.inode_of(link))));
  }
  root.mtime_seconds = newest.seconds;
  root.mtime_nanoseconds = newest.nanoseconds;
}

Result<void> Scanner::scan_root() {
  if (list_ != nullptr && list_->root().place.empty()) {
    make_up_root();
    return {};
  }
  const int root_fd = ZVFS_TRY(opener_.open(kRootInode));
  struct stat status;
  if (::fstat(root_fd, &status) != 0) return fail_errno(errno, "cannot stat the directory");
  root_device_ = status.st_dev;
  InodeRecord record = ZVFS_TRY(reader_.read(root_fd, ".", status));
  if (const auto read = reader_.read_xattrs(root_fd, ".", record); !read) {
    warnings_.report(Severity::kUnreadable, ".", read.error().message);
  }
  record.nlink = 2;
  record.parent = kRootInode.value;
  rules_.metadata.rewrite(record);
  tree_.inode(kRootInode) = record;
  return {};
}

// Adds what is listed in a directory, and the directories on the way to more of it.
Result<void> Scanner::scan_list(InodeNumber number, const SourceList::Directory& list) {
  static const SourceList::Directory kNothing;
  if (!directory_path_.empty()) directory_path_ += '/';
  std::vector<std::string> names;
  for (const auto& [name, place] : list.entries) names.push_back(name);
  for (const auto& [name, directory] : list.directories) {
    if (!list.entries.contains(name)) names.push_back(name);
  }
  std::ranges::sort(names);
  for (const std::string& name : names) {
    const auto below = list.directories.find(name);
    const auto listed = list.entries.find(name);
    const Entry entry{.parent = number, .parent_fd = -1, .name = name};
    if (listed == list.entries.end()) {
      ZVFS_TRY(add_on_the_way(entry, below->second));
    } else {
      ZVFS_TRY(add_listed(listed->second, entry,
                          below == list.directories.end() ? kNothing : below->second));
    }
  }
  push_subdirectories(number);
  return {};
}

// Adds the entry of that name of the directory `place`; of a directory, when there is no recursion,
// what is listed below it.
Result<void> Scanner::add_listed(const std::string& place, Entry entry,
                                 const SourceList::Directory& below) {
  const std::string path = directory_path_ + entry.name;
  const UniqueFd fd(::open(place.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  entry.parent_fd = fd.get();
  if (!fd.is_open() ||
      ::fstatat(fd.get(), entry.name_on_disk, &entry.status, AT_SYMLINK_NOFOLLOW) != 0) {
    const Error error = fail_errno(errno, "cannot stat").error();
    report(entry, Severity::kUnreadable, error.message);
    report_lost(path, below, error);
    return {};
  }
  const InodeNumber inode = ZVFS_TRY(add_one(entry));
  if (!S_ISDIR(entry.status.st_mode)) {
    report_lost(path, below, fail_errno(ENOTDIR, "cannot stat").error());
    const auto dentry = static_cast<std::uint32_t>(tree_.dentries().size() - 1);
    if (inode.value != 0) tree_.source().places().parents.emplace(dentry, place);
    return {};
  }
  if (inode.value == 0) return {};
  tree_.source().places().directories.emplace(inode, place + '/' + entry.name);
  if (list_->recursion == SourceList::Recursion::kNone) listed_.emplace(inode, &below);
  return {};
}

// Adds a directory that is not listed itself, with what `list` has below it. A symlink to a
// directory is followed: the image has a directory there, as tar's archive when it is extracted.
Result<void> Scanner::add_on_the_way(Entry entry, const SourceList::Directory& list) {
  const UniqueFd fd(::open(list.place.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (!fd.is_open()) {
    report_lost(directory_path_ + entry.name, list, fail_errno(errno, "cannot stat").error());
    return {};
  }
  entry.parent_fd = fd.get();
  entry.name_on_disk = ".";
  const InodeNumber inode = ZVFS_TRY(add_one(entry));
  if (inode.value == 0) return {};
  tree_.source().places().directories.emplace(inode, list.place);
  listed_.emplace(inode, &list);
  return {};
}

// The inode of the entry, or 0 if it was left out.
Result<InodeNumber> Scanner::add_one(Entry& entry) {
  const std::size_t known = tree_.dentries().size();
  ZVFS_TRY(add(entry));
  ++progress_.files_found;
  if (tree_.dentries().size() == known) return InodeNumber{};
  return InodeNumber{tree_.dentries().back().inode};
}

// Names each path that is listed in `list`, which is `path`, and all below.
void Scanner::report_lost(const std::string& path, const SourceList::Directory& list,
                          const Error& error) {
  for (const auto& [name, place] : list.entries) {
    warnings_.report(Severity::kUnreadable, path + '/' + name, error.message);
  }
  for (const auto& [name, directory] : list.directories) {
    report_lost(path + '/' + name, directory, error);
  }
}

Result<void> Scanner::scan_directory(InodeNumber number) {
  directory_path_ = tree_.path_of(tree_.link_of(number));
  if (const auto list = listed_.find(number); list != listed_.end()) {
    return scan_list(number, *list->second);
  }
  const auto give_up = [&](const Error& error) -> Result<void> {
    const bool is_root = directory_path_.empty();
    warnings_.report(severity_of(error), is_root ? "." : directory_path_, error.message);
    return {};
  };
  const Result<Directory> directory = open_directory(number);
  if (!directory) return give_up(directory.error());
  if (tree_.source().places().directories.contains(number))
    set_root_device(::dirfd(directory->get()));
  if (is_beyond_mount_point(number, ::dirfd(directory->get()))) return {};
  const Result<std::vector<std::string>> names = read_names(directory->get());
  if (!names) return give_up(names.error());
  if (!directory_path_.empty()) directory_path_ += '/';
  for (const std::string& name : *names) {
    Entry entry{.parent = number, .parent_fd = ::dirfd(directory->get()), .name = name};
    ZVFS_TRY(add(entry));
  }
  progress_.files_found += names->size();
  push_subdirectories(number);
  return {};
}

Result<Scanner::Directory> Scanner::open_directory(InodeNumber number) {
  const int path_fd = ZVFS_TRY(opener_.open(number));
  UniqueFd fd(::openat(path_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!fd.is_open()) return fail_on_source(errno, "cannot open directory");
  ZVFS_TRY(check_for_loop(number, fd.get()));
  Directory directory(::fdopendir(fd.get()));
  if (directory == nullptr) return fail_errno(errno, "cannot open directory");
  static_cast<void>(fd.release());
  return directory;
}

// A bind mount can show a directory again below itself.
Result<void> Scanner::check_for_loop(InodeNumber number, int fd) {
  struct stat status;
  if (::fstat(fd, &status) != 0) return fail_errno(errno, "cannot stat");
  const InodeNumber parent{tree_.inode(number).parent};
  while (!ancestors_.empty() && ancestors_.back().number != parent) ancestors_.pop_back();
  if (std::ranges::find(ancestors_, id_of(status), &Ancestor::id) != ancestors_.end()) {
    return fail(ErrorCode::kIo, "directory contains itself; its entries are left out");
  }
  ancestors_.push_back({number, id_of(status)});
  return {};
}

Result<std::vector<std::string>> Scanner::read_names(DIR* directory) {
  std::vector<std::string> names;
  while (true) {
    errno = 0;
    const dirent* entry = ::readdir(directory);
    if (entry == nullptr) break;
    const std::string_view name = entry->d_name;
    if (name != "." && name != "..") names.emplace_back(name);
  }
  if (errno != 0) return fail_errno(errno, "cannot read directory");
  std::ranges::sort(names);
  return names;
}

Result<void> Scanner::add(Entry& entry) {
  if (!stat(entry)) return {};
  if (is_excluded(entry) || is_left_out(entry)) return {};
  if (entry.name.size() > kMaxNameLength) {
    report(entry, Severity::kUnreadable, fmt::format("name exceeds {} bytes", kMaxNameLength));
    return {};
  }
  if (const auto linked = linked_.find(id_of(entry.status)); linked != linked_.end()) {
    const InodeNumber number = linked->second.number;
    if (--linked->second.names_left == 0) linked_.erase(linked);
    return tree_.add_entry(entry.parent, entry.name, number);
  }
  const auto record = reader_.read(entry.parent_fd, entry.name_on_disk, entry.status);
  if (!record) {
    report(entry, record.error());
    return {};
  }
  return tree_.add_entry(entry.parent, entry.name, ZVFS_TRY(add_inode(entry, *record)));
}

bool Scanner::is_excluded(const Entry& entry) const {
  using Type = ExcludeList::EntryType;
  if (rules_.excludes.empty()) return false;
  const Type type = S_ISDIR(entry.status.st_mode) ? Type::kDirectory : Type::kOther;
  return rules_.excludes.excludes(directory_path_ + entry.name, type);
}

bool Scanner::is_left_out(const Entry& entry) const {
  if (std::ranges::find(excluded_.files, id_of(entry.status)) != excluded_.files.end()) return true;
  return std::ranges::any_of(excluded_.names, [&entry](const NameOnDisk& excluded) {
    struct stat directory;
    return excluded.name == entry.name_on_disk && ::fstat(entry.parent_fd, &directory) == 0 &&
           excluded.directory == id_of(directory);
  });
}

// False when there is nothing to add.
bool Scanner::stat(Entry& entry) {
  if (::fstatat(entry.parent_fd, entry.name_on_disk, &entry.status, AT_SYMLINK_NOFOLLOW) == 0) {
    return true;
  }
  report(entry, fail_on_source(errno, "cannot stat").error());
  return false;
}

Result<InodeNumber> Scanner::add_inode(const Entry& entry, InodeRecord record) {
  if (const auto read = reader_.read_xattrs(entry.parent_fd, entry.name_on_disk, record); !read) {
    report(entry, read.error());
  }
  if (record.xattr_set != 0 && !fits_in_tar(tree_.xattrs().sets()[record.xattr_set - 1])) {
    report(entry, Severity::kNote, "not all of its extended attributes fit in a tar header");
  }
  const InodeNumber number = ZVFS_TRY(add_rewritten(record));
  if (is_regular(record)) tree_.source().keep_ctime(number, timestamp_of(entry.status.st_ctim));
  if (!S_ISDIR(entry.status.st_mode) && entry.status.st_nlink > 1) {
    linked_.emplace(id_of(entry.status), Linked{number, entry.status.st_nlink - 1});
  }
  return number;
}

Result<InodeNumber> Scanner::add_rewritten(InodeRecord record) {
  const Timestamp source_mtime = mtime_of(record);
  rules_.metadata.rewrite(record);
  const InodeNumber number = ZVFS_TRY(tree_.add_inode(record));
  if (is_regular(record) && mtime_of(record) != source_mtime) {
    tree_.source().keep_mtime(number, source_mtime);
  }
  return number;
}

// Each listed directory is on its own filesystem.
void Scanner::set_root_device(int directory_fd) {
  struct stat status;
  if (::fstat(directory_fd, &status) == 0) root_device_ = status.st_dev;
}

// Also when the same filesystem is mounted again there, which its device does not tell.
bool Scanner::is_beyond_mount_point(InodeNumber number, int directory_fd) const {
  if (rules_.mount_points != MountPoints::kKeepEmpty) return false;
  struct stat status;
  if (::fstat(directory_fd, &status) == 0 && status.st_dev != root_device_) return true;
  if (number == kRootInode || tree_.source().places().directories.contains(number)) return false;
  struct statx extended;
  return ::statx(directory_fd, "", AT_EMPTY_PATH, 0, &extended) == 0 &&
         (extended.stx_attributes & STATX_ATTR_MOUNT_ROOT) != 0;
}

void Scanner::push_subdirectories(InodeNumber number) {
  const InodeRecord& directory = tree_.inode(number);
  for (std::uint32_t i = directory.count; i-- > 0;) {
    const DentryRecord& dentry = tree_.dentries()[directory.data + i];
    const InodeNumber child{dentry.inode};
    if (is_directory(tree_.inode(child))) pending_.push_back(child);
  }
}

void Scanner::report(const Entry& entry, const Error& error) {
  report(entry, severity_of(error), error.message);
}

void Scanner::report(const Entry& entry, Severity severity, std::string message) {
  warnings_.report(severity, directory_path_ + entry.name, std::move(message));
}

}  // namespace zvfs
