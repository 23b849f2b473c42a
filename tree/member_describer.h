#pragma once

#include <string>

#include "tar/tar_member.h"
#include "tree/tree.h"

namespace zvfs {

/// Describes the members of a tree for their tar headers. Caches the path of the last directory.
/// Not thread-safe: one per thread.
class MemberDescriber {
 public:
  /// Borrows the tree.
  explicit MemberDescriber(const Tree& tree) : tree_(tree) {}

  /// The member with that name, valid until the next call. A further name of a hard-linked file
  /// (see Tree::first_link) is a link to the first. Precondition: not a socket.
  const TarMember& describe(Link link);

 private:
  void set_path(Link link, const InodeRecord& inode);
  void set_xattrs(std::uint32_t xattr_set);
  void set_content(const InodeRecord& inode);

  const Tree& tree_;
  TarMember member_;
  std::string path_;
  std::string link_path_;
  InodeNumber directory_ = kRootInode;  // the one with directory_path_
  std::string directory_path_;          // empty, or ends in a slash
  std::uint32_t xattr_set_ = 0;         // the one in xattrs_
  XattrSet xattrs_;
};

}  // namespace zvfs
