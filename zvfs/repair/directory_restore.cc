#include "zvfs/repair/directory_restore.h"

#include <string>

#include "tree/tree_walk.h"
#include "zvfs/repair/stream_salvage.h"
#include "zvfs/walk/dentry_finder.h"

namespace zvfs {
namespace {

Result<void> restore(const Image& image, const Inode& old, Tree& tree, InodeRecord& record) {
  record.set_metadata(old.record.metadata());
  const XattrSet xattrs = ZVFS_TRY(image.xattrs(old));
  record.xattr_set = ZVFS_TRY(tree.xattrs().add(xattrs));
  return {};
}

}  // namespace

Result<void> restore_directories(const OldIndex& index, Tree& tree,
                                 std::unordered_set<std::uint64_t>& paths) {
  const Image& image = index.image();
  DentryFinder finder(image);
  for (const Link link : TreeWalk(tree)) {
    InodeRecord& record = tree.inode(tree.inode_of(link));
    if (!record.is_directory()) continue;
    const std::string path = tree.path_of(link);
    if (paths.contains(path_key(path))) continue;
    const auto found = finder.find(path);
    if (!found) continue;
    const auto old = image.inode(found->inode);
    if (!old || !old->record.is_directory()) continue;
    ZVFS_TRY(restore(image, *old, tree, record));
    paths.insert(path_key(path));
  }
  return {};
}

}  // namespace zvfs
