#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <sys/types.h>

#include "base/result.h"
#include "format/image.h"
#include "zvfs/extract/extract_options.h"

namespace zvfs {

/// The attributes that a new file in a directory gets by default.
struct ParentDefaults {
  /// It gets the owner and group of this process and the mode passed at its creation: the directory
  /// has no default ACL and does not hand down its group.
  bool are_plain = false;

  /// The defaults of the open directory `fd`.
  static ParentDefaults of(int fd);
};

/// Gives restored files the attributes that they have in the image, in this order: owner, extended
/// attributes (and so ACLs and capabilities), mode, modification time. The order matters, since
/// chown(2) clears set-user-ID bits and capabilities, and an ACL changes the mode. Thread-safe.
///
/// If owners are not restored, files belong to the user who extracts them. Set-user-ID and
/// set-group-ID bits are restored only if the file has the same owner or group as in the image; and
/// if its owner should have been restored but was not, neither are security.* and trusted.*.
class AttributeRestorer {
 public:
  /// Reports an attribute that could not be restored.
  using Failed = std::function<void(std::string_view what)>;

  /// Borrows the image.
  AttributeRestorer(const Image& image, const ExtractOptions& options);

  /// The mode to create the file with: its final one, if nothing else is to be restored.
  [[nodiscard]] mode_t mode_to_make(const Inode& inode, ParentDefaults where) const;

  /// Restores an open file or directory, which was created in `where` with mode `made_with`.
  void restore(int fd, const Inode& inode, ParentDefaults where, mode_t made_with,
               const Failed& failed) const;

  /// Restores a file that cannot be opened: `name` in the open directory `directory_fd`.
  void restore_at(int directory_fd, const std::string& name, const Inode& inode,
                  ParentDefaults where, mode_t made_with, const Failed& failed) const;

 private:
  struct Target;
  /// Whether a file has the owner and the group that the image has.
  struct OwnerMatch {
    bool user = false;
    bool group = false;
  };
  void restore(const Target& target, const Inode& inode, ParentDefaults where, mode_t made_with,
               const Failed& failed) const;
  void restore_owner(const Target& target, const Inode& inode, ParentDefaults where,
                     const Failed& failed) const;
  void restore_xattrs(const Target& target, const Inode& inode, const XattrSet& xattrs,
                      OwnerMatch match, ParentDefaults where, const Failed& failed) const;
  void restore_mode(const Target& target, const Inode& inode, const XattrSet& xattrs,
                    OwnerMatch match, ParentDefaults where, mode_t made_with,
                    const Failed& failed) const;
  [[nodiscard]] static OwnerMatch owner_match(const Target& target, const Inode& inode);
  [[nodiscard]] XattrSet xattrs_of(const Inode& inode, const Failed& failed) const;
  [[nodiscard]] bool is_restored(std::string_view xattr, OwnerMatch match) const;
  [[nodiscard]] mode_t permissions_of(const Inode& inode, OwnerMatch match) const;
  [[nodiscard]] mode_t special_bits_of(const Inode& inode, OwnerMatch match) const;

  const Image& image_;
  const bool same_owner_;
  const bool same_permissions_;
  const bool special_rights_;
  const mode_t umask_;
  const uid_t uid_;
  const gid_t gid_;
};

}  // namespace zvfs
