#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <sys/types.h>

#include "base/result.h"
#include "format/image.h"
#include "zvfs/extract/extract_options.h"

namespace zvfs {

/// What a new file in some directory gets by itself.
struct ParentDefaults {
  /// It gets the owner and group of this process, and the mode that it is made with: the
  /// directory has no default ACL, and does not hand down its group.
  bool are_plain = false;

  /// Those of the open directory `fd`.
  static ParentDefaults of(int fd);
};

/// Gives restored files the attributes that they have in the image: owner, extended attributes
/// (and so ACLs and capabilities), mode, time of modification. In this order: chown(2) clears
/// set-user-ID bits and capabilities, and an ACL changes the mode. Thread-safe.
///
/// Without the right to give files away, files keep the owner who extracts them, and set-user-ID
/// and set-group-ID bits are restored only where that is the owner they were for.
class AttributeRestorer {
 public:
  /// Told of an attribute that could not be restored.
  using Failed = std::function<void(std::string_view what)>;

  /// Borrows the image.
  AttributeRestorer(const Image& image, const ExtractOptions& options);

  /// The mode to make the file with: its own, where that is all that the file needs.
  [[nodiscard]] mode_t mode_to_make(const Inode& inode, ParentDefaults where) const;

  /// For an open file or directory. `made_with` is the mode that it was made with, in `where`.
  void restore(int fd, const Inode& inode, ParentDefaults where, mode_t made_with,
               const Failed& failed) const;

  /// For a file that cannot be opened, `name` in the open directory `directory_fd`.
  void restore_at(int directory_fd, const std::string& name, const Inode& inode,
                  ParentDefaults where, mode_t made_with, const Failed& failed) const;

 private:
  struct Target;
  void restore(const Target& target, const Inode& inode, ParentDefaults where, mode_t made_with,
               const Failed& failed) const;
  void restore_owner(const Target& target, const Inode& inode, ParentDefaults where,
                     const Failed& failed) const;
  void restore_xattrs(const Target& target, const Inode& inode, ParentDefaults where,
                      const Failed& failed) const;
  [[nodiscard]] mode_t permissions_of(const Inode& inode) const;

  const Image& image_;
  const bool same_owner_;
  const uid_t uid_;
  const gid_t gid_;
};

}  // namespace zvfs
