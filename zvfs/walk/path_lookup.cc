#include "zvfs/walk/path_lookup.h"

#include <string>

#include "base/path_names.h"

namespace zvfs {
namespace {

// Takes the first name off `path`, with the slashes around it. Empty if none is left.
std::string_view take_name(std::string_view& path) {
  const std::size_t begin = path.find_first_not_of('/');
  if (begin == std::string_view::npos) return path = {};
  const std::size_t end = path.find('/', begin);
  const std::string_view name = path.substr(begin, end - begin);
  path = end == std::string_view::npos ? std::string_view() : path.substr(end);
  return name;
}

Result<Inode> step(const Image& image, const Inode& from, std::string_view name) {
  if (!from.record.is_directory()) return fail(ErrorCode::kNotFound, "not a directory");
  if (name == ".") return from;
  if (name == "..") return image.inode({from.record.parent});
  const auto number = image.lookup(from, name);
  if (!number) return Unexpected(Error(number.error()));
  return image.inode(*number);
}

}  // namespace

Result<Inode> follow_path(const Image& image, std::string_view path) {
  std::string text(path);        // with the targets of the symlinks on the way
  std::string_view left = text;  // what is still to be followed
  Inode at = ZVFS_TRY(image.inode(kRootInode));
  unsigned symlinks = 0;
  while (true) {
    const std::string_view name = take_name(left);
    if (name.empty()) return at;
    const Inode next = ZVFS_TRY(step(image, at, name));
    if (!next.record.is_symlink()) {
      at = next;
      if (!left.empty() && !at.record.is_directory())
        return fail(ErrorCode::kNotFound, "not a directory");
      continue;
    }
    if (++symlinks > kMaxSymlinks) {
      return fail(ErrorCode::kInvalidArgument, "more than {} symlinks to follow", kMaxSymlinks);
    }
    const std::string target = ZVFS_TRY(image.symlink_target(next));
    if (target.size() > kMaxFollowedTarget) {
      return fail(ErrorCode::kInvalidArgument, "a symlink's target of {} bytes exceeds {}",
                  target.size(), kMaxFollowedTarget);
    }
    if (target.starts_with('/')) at = ZVFS_TRY(image.inode(kRootInode));
    text = target + std::string(left);
    left = text;
  }
}

}  // namespace zvfs
