#include "mkimage/directory_opener.h"

#include <fcntl.h>
#include <string>
#include <vector>

namespace zvfs {

Result<int> DirectoryOpener::open(InodeNumber directory) {
  if (directory == kRootInode) return root_fd_;
  if (directory == current_) return current_fd_.get();
  const bool child = current_fd_.is_open() && tree_.inode(directory).parent == current_.value;
  UniqueFd fd = ZVFS_TRY(child ? open_from(current_fd_.get(), directory) : walk_to(directory));
  current_fd_ = std::move(fd);
  current_ = directory;
  return current_fd_.get();
}

Result<UniqueFd> DirectoryOpener::open_from(int parent_fd, InodeNumber directory) const {
  const std::string name(tree_.name_of(tree_.link_of(directory)));
  UniqueFd fd(::openat(parent_fd, name.c_str(), O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  if (!fd.is_open()) return fail_errno(errno, "cannot open directory");
  return fd;
}

Result<UniqueFd> DirectoryOpener::walk_to(InodeNumber directory) const {
  std::vector<InodeNumber> steps;
  for (InodeNumber step = directory; step != kRootInode;
       step = InodeNumber{tree_.inode(step).parent}) {
    steps.push_back(step);
  }
  UniqueFd fd;
  for (auto step = steps.rbegin(); step != steps.rend(); ++step) {
    fd = ZVFS_TRY(open_from(fd.is_open() ? fd.get() : root_fd_, *step));
  }
  return fd;
}

}  // namespace zvfs
