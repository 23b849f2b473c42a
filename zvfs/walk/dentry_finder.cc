#include "zvfs/walk/dentry_finder.h"

#include "base/path_names.h"

namespace zvfs {

Result<FoundDentry> DentryFinder::find(std::string_view path) {
  const std::string_view name = take_last_name(path);
  if (name.empty()) return FoundDentry{};
  return find_in(ZVFS_TRY(find_directory(path)), name);
}

Result<InodeNumber> DentryFinder::find_directory(std::string_view path) {
  if (path == directory_path_) return directory_;
  InodeNumber at = kRootInode;
  std::string through;  // a symlink's target and the rest of the path
  unsigned symlinks_left = symlinks_ == SymlinkedParents::kFollow ? kMaxSymlinks : 0;
  for (std::string_view rest = path; !rest.empty();) {
    const std::size_t slash = rest.find('/');
    const std::string_view name = rest.substr(0, slash);
    rest = slash == std::string_view::npos ? std::string_view() : rest.substr(slash + 1);
    if (name.empty() || name == ".") continue;
    const InodeNumber next = ZVFS_TRY(find_in(at, name)).inode;
    const Inode inode = ZVFS_TRY(image_.inode(next));
    if (!inode.record.is_symlink() || symlinks_left == 0) {
      at = next;
      continue;
    }
    --symlinks_left;
    const std::string target = ZVFS_TRY(image_.symlink_target(inode));
    if (target.size() > kMaxFollowedTarget) {
      return fail(ErrorCode::kNotFound, "it lies behind a symlink of {} bytes", target.size());
    }
    through = fmt::format("{}/{}", target, rest);
    rest = through;
  }
  directory_path_ = path;
  directory_ = at;
  return at;
}

Result<FoundDentry> DentryFinder::find_in(InodeNumber number, std::string_view name) {
  const Inode directory = ZVFS_TRY(image_.inode(number));
  std::uint64_t low = directory.record.data;
  std::uint64_t high = directory.record.is_directory() ? low + directory.record.count : low;
  while (low < high) {
    const std::uint64_t middle = low + (high - low) / 2;
    const auto dentry = ZVFS_TRY(dentries_.row<DentryRecord>(Table::kDentries, middle));
    const int order = name.compare(
        as_text(ZVFS_TRY(names_.bytes(Table::kStrings, dentry.name_offset, dentry.name_length))));
    if (order == 0) return FoundDentry{middle, {dentry.inode}};
    (order < 0 ? high : low) = order < 0 ? middle : middle + 1;
  }
  return fail(ErrorCode::kNotFound, "not in the index");
}

}  // namespace zvfs
