#include "zvfs/extract/attribute_restorer.h"

#include <cerrno>
#include <ctime>
#include <fcntl.h>
#include <limits>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <system_error>
#include <unistd.h>

#include "base/quoting.h"
#include "tar/posix_acl.h"

namespace zvfs {
namespace {

constexpr mode_t kSpecialBits = S_ISUID | S_ISGID | S_ISVTX;

std::string because(std::string_view what) {
  return fmt::format("cannot restore {}: {}", what, std::generic_category().message(errno));
}

}  // namespace

ParentDefaults ParentDefaults::of(int fd) {
  struct stat status {};
  if (::fstat(fd, &status) != 0) return {};
  // If the group is ours, a new file gets it whether or not the directory hands it down.
  const bool hands_down = (status.st_mode & S_ISGID) != 0 || status.st_gid != ::getegid();
  const bool has_default_acl = ::fgetxattr(fd, kDefaultAclName.data(), nullptr, 0) >= 0;
  return {.are_plain = !hands_down && !has_default_acl};
}

// The file that gets its attributes: the open file `fd`, or the file `name` in the open directory
// `fd`.
struct AttributeRestorer::Target {
  int fd;
  const char* name = nullptr;
  std::string proc_path = {};  // of `name`; it may be long and in any directory

  [[nodiscard]] int chown(uid_t uid, gid_t gid) const {
    if (name == nullptr) return ::fchown(fd, uid, gid);
    return ::fchownat(fd, name, uid, gid, AT_SYMLINK_NOFOLLOW);
  }
  [[nodiscard]] int chmod(mode_t mode) const {
    if (name == nullptr) return ::fchmod(fd, mode);
    return ::fchmodat(fd, name, mode, AT_SYMLINK_NOFOLLOW);
  }
  [[nodiscard]] int stat(struct stat& status) const {
    if (name == nullptr) return ::fstat(fd, &status);
    return ::fstatat(fd, name, &status, AT_SYMLINK_NOFOLLOW);
  }
  // The set-group-ID bit that a new directory got from the one it is in, by which it hands down its
  // group in turn.
  [[nodiscard]] mode_t handed_down_bits() const {
    struct stat status {};
    return stat(status) == 0 ? status.st_mode & S_ISGID : 0;
  }
  [[nodiscard]] int set_xattr(const Xattr& xattr) const {
    const char* const key = xattr.name.c_str();
    if (name == nullptr) return ::fsetxattr(fd, key, xattr.value.data(), xattr.value.size(), 0);
    return ::lsetxattr(proc_path.c_str(), key, xattr.value.data(), xattr.value.size(), 0);
  }
  void remove_xattr(const char* key) const {
    if (name == nullptr) {
      ::fremovexattr(fd, key);
    } else {
      ::lremovexattr(proc_path.c_str(), key);
    }
  }
  [[nodiscard]] int set_mtime(timespec mtime) const {
    const timespec times[2] = {{.tv_sec = 0, .tv_nsec = UTIME_OMIT}, mtime};
    if (name == nullptr) return ::futimens(fd, times);
    return ::utimensat(fd, name, times, AT_SYMLINK_NOFOLLOW);
  }
};

AttributeRestorer::AttributeRestorer(const Image& image, const ExtractOptions& options)
    : image_(image),
      same_owner_(options.same_owner),
      same_permissions_(options.same_permissions),
      special_rights_(options.special_rights),
      umask_(options.same_permissions ? 0 : options.umask),
      uid_(::geteuid()),
      gid_(::getegid()) {}

mode_t AttributeRestorer::special_bits_of(const Inode& inode, OwnerMatch match) const {
  mode_t bits = inode.record.mode & kSpecialBits;
  if (!same_permissions_) bits &= ~static_cast<mode_t>(S_ISVTX);
  if (!special_rights_) return bits & S_ISVTX;
  if (!match.user) bits &= ~static_cast<mode_t>(S_ISUID);
  if (!match.group) bits &= ~static_cast<mode_t>(S_ISGID);
  return bits;
}

mode_t AttributeRestorer::permissions_of(const Inode& inode, OwnerMatch match) const {
  return (inode.record.mode & 0777 & ~umask_) | special_bits_of(inode, match);
}

bool AttributeRestorer::is_restored(std::string_view xattr, OwnerMatch match) const {
  if (is_acl_name(xattr)) return same_permissions_;
  if (!xattr.starts_with("security.") && !xattr.starts_with("trusted.")) return true;
  return special_rights_ && (!same_owner_ || (match.user && match.group));
}

mode_t AttributeRestorer::mode_to_make(const Inode& inode, ParentDefaults where) const {
  const mode_t mode = permissions_of(inode, {.user = true, .group = true});
  // A file that will change owners must not be accessible to all in the meantime.
  const bool is_ours = !same_owner_ || (inode.record.uid == uid_ && inode.record.gid == gid_);
  const bool is_simple =
      where.are_plain && is_ours && inode.record.xattr_set == 0 && (mode & kSpecialBits) == 0;
  return is_simple ? mode : S_IRUSR | S_IWUSR;  // user.* attributes need write permission
}

void AttributeRestorer::restore(int fd, const Inode& inode, ParentDefaults where, mode_t made_with,
                                const Failed& failed) const {
  restore({.fd = fd}, inode, where, made_with, failed);
}

void AttributeRestorer::restore_at(int directory_fd, const std::string& name, const Inode& inode,
                                   ParentDefaults where, mode_t made_with,
                                   const Failed& failed) const {
  restore({.fd = directory_fd,
           .name = name.c_str(),
           .proc_path = fmt::format("/proc/self/fd/{}/{}", directory_fd, name)},
          inode, where, made_with, failed);
}

void AttributeRestorer::restore(const Target& target, const Inode& inode, ParentDefaults where,
                                mode_t made_with, const Failed& failed) const {
  restore_owner(target, inode, where, failed);
  const OwnerMatch match = owner_match(target, inode);
  const XattrSet xattrs = xattrs_of(inode, failed);
  restore_xattrs(target, inode, xattrs, match, where, failed);
  restore_mode(target, inode, xattrs, match, where, made_with, failed);
  const timespec mtime = {.tv_sec = inode.record.mtime_seconds,
                          .tv_nsec = static_cast<long>(inode.record.mtime_nanoseconds)};
  if (target.set_mtime(mtime) != 0) failed(because("the time"));
}

void AttributeRestorer::restore_owner(const Target& target, const Inode& inode,
                                      ParentDefaults where, const Failed& failed) const {
  if (!same_owner_) return;
  const InodeRecord& record = inode.record;
  if (where.are_plain && record.uid == uid_ && record.gid == gid_) return;
  constexpr auto kNoId = std::numeric_limits<std::uint32_t>::max();  // "no change" to chown(2)
  if (record.uid == kNoId || record.gid == kNoId) {
    failed(fmt::format("cannot restore the owner: {} is not a valid id", kNoId));
  }
  if (target.chown(record.uid, record.gid) != 0) failed(because("the owner"));
}

// Asks the file itself: chown(2) may have failed, the directory may hand down its group, and not
// every filesystem has owners.
AttributeRestorer::OwnerMatch AttributeRestorer::owner_match(const Target& target,
                                                             const Inode& inode) {
  const InodeRecord& record = inode.record;
  if ((record.mode & (S_ISUID | S_ISGID)) == 0 && record.xattr_set == 0) return {};
  struct stat status {};
  if (target.stat(status) != 0) return {};
  return {.user = status.st_uid == record.uid, .group = status.st_gid == record.gid};
}

XattrSet AttributeRestorer::xattrs_of(const Inode& inode, const Failed& failed) const {
  if (inode.record.xattr_set == 0) return {};
  auto set = image_.xattrs(inode);
  if (set) return *std::move(set);
  failed("cannot restore the extended attributes: " + set.error().message);
  return {};
}

void AttributeRestorer::restore_xattrs(const Target& target, const Inode& inode,
                                       const XattrSet& xattrs, OwnerMatch match,
                                       ParentDefaults where, const Failed& failed) const {
  if (!where.are_plain &&
      !inode.record.is_symlink()) {  // an ACL that it may have inherited from its directory
    target.remove_xattr(kAccessAclName.data());
    if (inode.record.is_directory()) target.remove_xattr(kDefaultAclName.data());
  }
  for (const Xattr& xattr : xattrs.xattrs()) {
    if (!is_restored(xattr.name, match)) continue;
    if (target.set_xattr(xattr) != 0) failed(because("attribute " + quote_name(xattr.name)));
  }
}

void AttributeRestorer::restore_mode(const Target& target, const Inode& inode,
                                     const XattrSet& xattrs, OwnerMatch match, ParentDefaults where,
                                     mode_t made_with, const Failed& failed) const {
  if (inode.record.is_symlink()) return;
  mode_t mode = permissions_of(inode, match);
  if (const Xattr* const acl = find_xattr(xattrs, kAccessAclName);
      acl != nullptr && !is_restored(kAccessAclName, match)) {
    // The group bits are the ACL's mask: they would give the group what only named users had.
    mode &= ~static_cast<mode_t>(070) | mode_t{acl_group_permissions(acl->value)} << 3;
  }
  if (!same_permissions_ && !where.are_plain && inode.record.is_directory()) {
    mode |= target.handed_down_bits();
  }
  if (mode == made_with && where.are_plain) return;
  if (target.chmod(mode) != 0) failed(because("the mode"));
}

}  // namespace zvfs
