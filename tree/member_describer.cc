#include "tree/member_describer.h"

#include <cassert>

namespace zvfs {

const TarMember& MemberDescriber::describe(Link link) {
  const InodeNumber number = tree_.inode_of(link);
  const InodeRecord& inode = tree_.inode(number);
  assert(!inode.is_socket());
  set_path(link, inode);
  member_ = zvfs::describe(inode, path_);

  if (!inode.is_directory() && inode.nlink > 1 && tree_.first_link(number) != link) {
    link_path_.clear();
    tree_.append_path(*tree_.first_link(number), link_path_);
    member_.type = TarMember::Type::kHardLink;
    member_.link_path = link_path_;
    return member_;
  }
  set_xattrs(inode.xattr_set);
  set_content(inode);
  return member_;
}

void MemberDescriber::set_path(Link link, const InodeRecord& inode) {
  if (link == kRootLink) {
    path_ = "./";
    return;
  }
  if (link.directory != directory_) {
    directory_path_.clear();
    tree_.append_path(tree_.link_of(link.directory), directory_path_);
    if (!directory_path_.empty()) directory_path_ += '/';
    directory_ = link.directory;
  }
  path_ = directory_path_;
  path_ += tree_.name_of(link);
  if (inode.is_directory()) path_ += '/';
}

void MemberDescriber::set_xattrs(std::uint32_t xattr_set) {
  if (xattr_set != xattr_set_) {
    xattrs_ = tree_.xattrs().get(xattr_set);
    xattr_set_ = xattr_set;
  }
  member_.xattrs = xattrs_.xattrs();
}

void MemberDescriber::set_content(const InodeRecord& inode) {
  switch (member_.type) {
    case TarMember::Type::kFile:
      member_.size = inode.allocated;
      member_.sparse = inode.has_extent_list();
      member_.real_size = inode.size;
      if (member_.sparse) member_.extents = tree_.extents_of(inode);
      break;
    case TarMember::Type::kSymlink:
      member_.link_path = tree_.symlink_target(inode);
      break;
    default:
      break;
  }
}

}  // namespace zvfs
