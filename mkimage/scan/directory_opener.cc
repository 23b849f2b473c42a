#include "mkimage/scan/directory_opener.h"

#include <cerrno>
#include <fcntl.h>
#include <string>
#include <vector>

#include "base/warnings.h"

namespace zvfs {
namespace {

Result<UniqueFd> open_place(const std::string& path) {
  UniqueFd fd(::open(path.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (!fd.is_open()) return fail_on_source(errno, "cannot open directory");
  return fd;
}

}  // namespace

Result<int> DirectoryOpener::open_parent(Link link) {
  const auto& parents = tree_.source().places().parents;
  const auto found = parents.find(link.dentry);
  if (found == parents.end()) return open(link.directory);
  parent_fd_ = ZVFS_TRY(open_place(found->second));
  return parent_fd_.get();
}

const std::string* DirectoryOpener::place_of(InodeNumber directory) const {
  const auto& directories = tree_.source().places().directories;
  const auto found = directories.find(directory);
  return found == directories.end() ? nullptr : &found->second;
}

Result<int> DirectoryOpener::open(InodeNumber directory) {
  if (directory == kRootInode && place_of(directory) == nullptr) return root_fd_;
  if (directory == current_ && current_fd_.is_open()) return current_fd_.get();
  const bool child = current_fd_.is_open() && place_of(directory) == nullptr &&
                     tree_.inode(directory).parent == current_.value;
  UniqueFd fd = ZVFS_TRY(child ? open_from(current_fd_.get(), directory) : walk_to(directory));
  current_fd_ = std::move(fd);
  current_ = directory;
  return current_fd_.get();
}

Result<UniqueFd> DirectoryOpener::open_from(int parent_fd, InodeNumber directory) const {
  const std::string name(tree_.name_of(tree_.link_of(directory)));
  UniqueFd fd(::openat(parent_fd, name.c_str(), O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  if (!fd.is_open()) return fail_on_source(errno, "cannot open directory");
  return fd;
}

Result<UniqueFd> DirectoryOpener::walk_to(InodeNumber directory) const {
  std::vector<InodeNumber> steps;
  InodeNumber from = directory;
  const std::string* place = place_of(from);
  while (from != kRootInode && place == nullptr) {
    steps.push_back(from);
    from = InodeNumber{tree_.inode(from).parent};
    place = place_of(from);
  }
  UniqueFd fd;
  if (place != nullptr) fd = ZVFS_TRY(open_place(*place));
  for (auto step = steps.rbegin(); step != steps.rend(); ++step) {
    UniqueFd next = ZVFS_TRY(open_from(fd.is_open() ? fd.get() : root_fd_, *step));
    fd = std::move(next);
  }
  return fd;
}

}  // namespace zvfs
