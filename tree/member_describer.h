#pragma once

#include <string>

#include "tar/tar_member.h"
#include "tree/tree.h"

namespace zvfs {

/// Tells what the tar headers of a tree's members say. Keeps the path of the directory asked
/// for last. Not thread-safe: one for each thread.
class MemberDescriber {
 public:
  /// Borrows the tree.
  explicit MemberDescriber(const Tree& tree) : tree_(tree) {}

  /// The member of that name, valid until the next call. A further name of a hard-linked file
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
  InodeNumber directory_ = kRootInode;  // whose path is:
  std::string directory_path_;          // empty or with a slash at its end
  std::uint32_t xattr_set_ = 0;         // which is parsed in:
  XattrSet xattrs_;
};

}  // namespace zvfs
