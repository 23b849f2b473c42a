#include "base/atomic_file.h"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <dirent.h>
#include <fcntl.h>
#include <memory>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <climits>

namespace zvfs {
namespace {

// The prefix of our temporary files, ".NAME.zvfs-tmp.", which a number follows.
std::string temporary_prefix(std::string_view name) {
  constexpr std::string_view kMark = ".zvfs-tmp.";
  constexpr std::size_t kLongestNumber = 13;
  const std::size_t room = NAME_MAX - 1 - kMark.size() - kLongestNumber;
  return fmt::format(".{}{}", name.substr(0, room), kMark);
}

// Removes a temporary file unless the process that made it still holds its lock.
void remove_if_stale(int directory_fd, const char* name) {
  const UniqueFd fd(::openat(directory_fd, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
  struct stat status;
  if (!fd.is_open() || ::fstat(fd.get(), &status) != 0 || !S_ISREG(status.st_mode)) return;
  if (::flock(fd.get(), LOCK_EX | LOCK_NB) == 0) ::unlinkat(directory_fd, name, 0);
}

constexpr const char* kAccessAcl = "system.posix_acl_access";

bool is_without_acl(int error) { return error == ENODATA || error == EOPNOTSUPP; }

// The ACL of a file as the kernel writes it: "" if it has none, nothing if it cannot be read.
std::optional<std::string> acl_of(int directory_fd, const char* name) {
  constexpr std::size_t kLargest = 65536;
  const UniqueFd fd(::openat(directory_fd, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
  if (!fd.is_open()) return std::nullopt;
  std::string acl(kLargest, '\0');
  const ssize_t size = ::fgetxattr(fd.get(), kAccessAcl, acl.data(), acl.size());
  if (size < 0 && !is_without_acl(errno)) return std::nullopt;
  acl.resize(static_cast<std::size_t>(std::max<ssize_t>(size, 0)));
  return acl;
}

// Gives a file that ACL, or none if it is "": a default ACL of its directory may have given it one.
bool set_acl(int fd, const std::string& acl) {
  if (!acl.empty()) return ::fsetxattr(fd, kAccessAcl, acl.data(), acl.size(), 0) == 0;
  return ::fremovexattr(fd, kAccessAcl) == 0 || is_without_acl(errno);
}

}  // namespace

Result<AtomicFile> AtomicFile::create(std::string_view path, IfExists if_exists) {
  const std::size_t slash = path.rfind('/');
  const std::string name(path.substr(slash == path.npos ? 0 : slash + 1));
  const std::string directory(slash == path.npos ? "." : path.substr(0, slash + 1));
  if (name.empty() || name == "." || name == "..") {
    return fail(ErrorCode::kInvalidArgument, "not a file name");
  }
  UniqueFd directory_fd(::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!directory_fd.is_open()) return fail_errno(errno, "cannot open its directory");
  AtomicFile file(std::move(directory_fd), name, if_exists);
  ZVFS_TRY(file.check_target());
  file.remove_stale_temporaries();
  ZVFS_TRY(file.create_temporary());
  return file;
}

AtomicFile::AtomicFile(AtomicFile&& other) noexcept
    : directory_(std::move(other.directory_)),
      name_(std::move(other.name_)),
      if_exists_(other.if_exists_),
      old_rights_(std::move(other.old_rights_)),
      temporary_(std::exchange(other.temporary_, {})),
      remove_on_signal_(std::exchange(other.remove_on_signal_, std::nullopt)),
      fd_(std::move(other.fd_)) {}

AtomicFile::~AtomicFile() {
  if (!temporary_.empty()) ::unlinkat(directory_.get(), temporary_.c_str(), 0);
}

Result<void> AtomicFile::check_target() {
  struct stat status;
  if (::fstatat(directory_.get(), name_.c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0) {
    if (errno == ENOENT) return {};
    return fail_errno(errno, "cannot stat");
  }
  if (S_ISDIR(status.st_mode)) return fail(ErrorCode::kInvalidArgument, "is a directory");
  if (if_exists_ == IfExists::kFail) {
    return fail(ErrorCode::kInvalidArgument, "already exists; use --force to replace it");
  }
  if (!S_ISREG(status.st_mode) && !S_ISLNK(status.st_mode)) {
    return fail(ErrorCode::kInvalidArgument, "is not a regular file; not replaced");
  }
  if (S_ISREG(status.st_mode)) {
    old_rights_ = {.mode = status.st_mode & 0777,
                   .group = status.st_gid,
                   .is_ours = status.st_uid == ::geteuid(),
                   .acl = acl_of(directory_.get(), name_.c_str())};
  }
  return {};
}

void AtomicFile::remove_stale_temporaries() const {
  // A separate descriptor, because fdopendir() takes it over and moves its offset.
  UniqueFd fd(::openat(directory_.get(), ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  const auto close_directory = [](DIR* directory) { ::closedir(directory); };
  const std::unique_ptr<DIR, decltype(close_directory)> entries(::fdopendir(fd.get()));
  if (entries == nullptr) return;
  static_cast<void>(fd.release());
  const std::string prefix = temporary_prefix(name_);
  while (const dirent* entry = ::readdir(entries.get())) {
    if (std::string_view(entry->d_name).starts_with(prefix)) {
      remove_if_stale(directory_.get(), entry->d_name);
    }
  }
}

Result<void> AtomicFile::create_temporary() {
  // Needs a second attempt only if another process has this PID: in a container on that directory.
  constexpr int kAttempts = 100;
  std::string temporary = fmt::format("{}{}", temporary_prefix(name_), ::getpid());
  for (int attempt = 1; attempt <= kAttempts; ++attempt) {
    if (ZVFS_TRY(try_create(temporary))) return {};
    temporary = fmt::format("{}{}-{}", temporary_prefix(name_), ::getpid(), attempt);
  }
  return fail_errno(EEXIST, "cannot create a temporary file");
}

// False when the name is taken.
Result<bool> AtomicFile::try_create(std::string temporary) {
  remove_on_signal_.emplace(directory_.get(), temporary);
  const mode_t mode = old_rights_ ? old_rights_->mode & 0666 : 0666;
  fd_ = UniqueFd(::openat(directory_.get(), temporary.c_str(),
                          O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode));
  if (!fd_.is_open()) {
    remove_on_signal_.reset();
    if (errno == EEXIST) return false;
    return fail_errno(errno, "cannot create a temporary file in its directory");
  }
  temporary_ = std::move(temporary);
  if (old_rights_) ZVFS_TRY(hand_on_rights());
  // On filesystems without locks, the file is just never recognised as stale.
  if (::flock(fd_.get(), LOCK_EX | LOCK_NB) != 0) return true;
  struct stat status;
  const bool removed_meanwhile = ::fstat(fd_.get(), &status) == 0 && status.st_nlink == 0;
  return !removed_meanwhile;
}

Result<void> AtomicFile::hand_on_rights() const {
  const OldRights& old = *old_rights_;
  struct stat status;
  if (::fstat(fd_.get(), &status) != 0) return fail_errno(errno, "cannot stat a temporary file");
  mode_t mode = old.is_ours ? old.mode : old.mode & status.st_mode;
  const bool has_group =
      status.st_gid == old.group || ::fchown(fd_.get(), static_cast<uid_t>(-1), old.group) == 0;
  // Of those in the old group, who are others now, nobody may do more than before.
  if (!has_group) mode &= ~mode_t{077} | (mode >> 3 & 07);
  const bool may_have_acl = old.acl && (old.acl->empty() || (old.is_ours && has_group));
  // The group bits are an ACL's mask; and the ACL may have denied to some what others may do.
  if (!may_have_acl || !set_acl(fd_.get(), *old.acl)) mode &= 0700;
  if (::fchmod(fd_.get(), mode) != 0) {
    return fail_errno(errno, "cannot give a temporary file the mode of what it replaces");
  }
  return {};
}

Result<void> AtomicFile::commit() {
  if (::fsync(fd_.get()) != 0) return fail_errno(errno, "cannot write to disk");
  ZVFS_TRY(rename_to_target());
  temporary_.clear();
  remove_on_signal_.reset();
  // Some filesystems cannot sync a directory and fail with EINVAL.
  if (::fsync(directory_.get()) != 0 && errno != EINVAL) {
    return fail_errno(errno, "was written, but its directory cannot be synced to disk");
  }
  return {};
}

Result<void> AtomicFile::rename_to_target() {
  const int directory = directory_.get();
  const char* const from = temporary_.c_str();
  const char* const to = name_.c_str();
  if (if_exists_ == IfExists::kFail) {
    if (::renameat2(directory, from, directory, to, RENAME_NOREPLACE) == 0) return {};
    if (errno == EEXIST) {
      return fail(ErrorCode::kInvalidArgument, "was created meanwhile; use --force to replace it");
    }
    // Not every filesystem has RENAME_NOREPLACE (EINVAL): check instead, which leaves a brief race.
    if (errno != EINVAL && errno != ENOSYS) return fail_errno(errno, "cannot rename to it");
  }
  ZVFS_TRY(check_target());
  if (::renameat(directory, from, directory, to) != 0) {
    return fail_errno(errno, "cannot rename to it");
  }
  return {};
}

}  // namespace zvfs
