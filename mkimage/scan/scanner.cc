#include "mkimage/scan/scanner.h"

#include <algorithm>
#include <cerrno>
#include <fcntl.h>

#include "tar/pax_records.h"

namespace zvfs {

using Severity = Warning::Severity;

namespace {

Error without_xattrs(const Error& error) {
  return {error.code, error.message + "; its extended attributes are left out"};
}

}  // namespace

Scanner::Scanner(int root_fd, const EntryRules& rules, ExcludedFiles excluded, Tree& tree,
                 Warnings& warnings, Progress& progress)
    : rules_(rules),
      excluded_(std::move(excluded)),
      tree_(tree),
      warnings_(warnings),
      progress_(progress),
      opener_(tree, root_fd),
      reader_(tree, rules.xattrs) {}

Result<void> Scanner::scan() {
  ZVFS_TRY(check());
  ZVFS_TRY(scan_root());
  ZVFS_TRY(scan_below(kRootInode));
  tree_.finish();
  return {};
}

Result<void> Scanner::scan_root() {
  const int root_fd = ZVFS_TRY(opener_.open(kRootInode));
  struct stat status;
  if (::fstat(root_fd, &status) != 0) return fail_errno(errno, "cannot stat the directory");
  InodeRecord record = ZVFS_TRY(reader_.read(root_fd, ".", status));
  if (const auto read = reader_.read_xattrs(root_fd, ".", record); !read) {
    warnings_.report(".", without_xattrs(read.error()));
  }
  record.nlink = 2;
  record.parent = kRootInode.value;
  rules_.metadata.rewrite(record);
  tree_.inode(kRootInode) = record;
  return {};
}

Result<void> Scanner::scan_below(InodeNumber directory) {
  base_ = directory;
  for (pending_ = {directory}; !pending_.empty();) {
    const InodeNumber next = pending_.back();
    pending_.pop_back();
    ZVFS_TRY(scan_directory(next));
    ZVFS_TRY(warnings_.check());
  }
  return {};
}

Result<void> Scanner::scan_directory(InodeNumber number) {
  std::string path = tree_.path_of(tree_.link_of(number));
  const auto give_up = [&](const Error& error) -> Result<void> {
    warnings_.report(path.empty() ? "." : path, error);
    return {};
  };
  const Result<Directory> directory = open_directory(number);
  if (!directory) return give_up(directory.error());
  if (number == base_) set_base_device(::dirfd(directory->get()));
  if (is_beyond_mount_point(number, ::dirfd(directory->get()))) return {};
  const Result<std::vector<std::string>> names = read_names(directory->get());
  if (!names) return give_up(names.error());
  if (!path.empty()) path += '/';
  for (const std::string& name : *names) {
    Entry entry{.parent = number,
                .parent_fd = ::dirfd(directory->get()),
                .parent_path = path,
                .name = name};
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
    return fail(ErrorCode::kIo, "directory contains itself; entries left out");
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

Result<std::optional<InodeNumber>> Scanner::add(Entry& entry) {
  using Added = std::optional<InodeNumber>;
  if (!stat(entry)) return Added();
  if (is_excluded(entry) || is_left_out(entry)) return Added();
  if (entry.name.size() > kMaxNameLength) {
    report(entry, Severity::kUnreadable,
           fmt::format("name exceeds {} bytes; left out", kMaxNameLength));
    return Added();
  }
  InodeNumber number;
  if (const auto linked = linked_.find(id_of(entry.status)); linked != linked_.end()) {
    number = linked->second.number;
    if (--linked->second.names_left == 0) linked_.erase(linked);
  } else {
    const auto record = reader_.read(entry.parent_fd, entry.name_on_disk, entry.status);
    if (!record) {
      report(entry, record.error());
      return Added();
    }
    number = ZVFS_TRY(add_inode(entry, *record));
  }
  ZVFS_TRY(tree_.add_entry(entry.parent, entry.name, number));
  return Added(number);
}

bool Scanner::is_excluded(const Entry& entry) const {
  using Type = ExcludeList::EntryType;
  if (rules_.excludes.empty()) return false;
  const Type type = S_ISDIR(entry.status.st_mode) ? Type::kDirectory : Type::kOther;
  return rules_.excludes.excludes(entry.parent_path + entry.name, type);
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
    report(entry, without_xattrs(read.error()));
  }
  if (record.xattr_set != 0 && !fits_in_tar(tree_.xattrs().sets()[record.xattr_set - 1])) {
    report(entry, Severity::kNote, std::string(kXattrsBeyondTar));
  }
  const InodeNumber number = ZVFS_TRY(add_rewritten(record));
  if (record.is_regular()) tree_.source().keep_ctime(number, timestamp_of(entry.status.st_ctim));
  if (!S_ISDIR(entry.status.st_mode) && entry.status.st_nlink > 1) {
    linked_.emplace(id_of(entry.status), Linked{number, entry.status.st_nlink - 1});
  }
  return number;
}

Result<InodeNumber> Scanner::add_rewritten(InodeRecord record) {
  const Timestamp source_mtime = record.mtime();
  rules_.metadata.rewrite(record);
  const InodeNumber number = ZVFS_TRY(tree_.add_inode(record));
  if (record.is_regular() && record.mtime() != source_mtime) {
    tree_.source().keep_mtime(number, source_mtime);
  }
  return number;
}

void Scanner::set_base_device(int directory_fd) {
  struct stat status;
  if (::fstat(directory_fd, &status) == 0) base_device_ = status.st_dev;
}

// Also true if the same filesystem is mounted again there, although its device is the same.
bool Scanner::is_beyond_mount_point(InodeNumber number, int directory_fd) const {
  if (rules_.mount_points != MountPoints::kKeepEmpty || number == base_) return false;
  struct stat status;
  if (::fstat(directory_fd, &status) == 0 && status.st_dev != base_device_) return true;
  struct statx extended;
  return ::statx(directory_fd, "", AT_EMPTY_PATH, 0, &extended) == 0 &&
         (extended.stx_attributes & STATX_ATTR_MOUNT_ROOT) != 0;
}

void Scanner::push_subdirectories(InodeNumber number) {
  const InodeRecord& directory = tree_.inode(number);
  for (std::uint32_t i = directory.count; i-- > 0;) {
    const DentryRecord& dentry = tree_.dentries()[directory.data + i];
    const InodeNumber child{dentry.inode};
    if (tree_.inode(child).is_directory()) pending_.push_back(child);
  }
}

void Scanner::report(const Entry& entry, const Error& error) {
  warnings_.report(entry.parent_path + entry.name, error);
}

void Scanner::report(const Entry& entry, Severity severity, std::string message) {
  warnings_.report(severity, entry.parent_path + entry.name, std::move(message));
}

}  // namespace zvfs
