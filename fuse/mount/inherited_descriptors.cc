#include "fuse/mount/inherited_descriptors.h"

#include <charconv>
#include <cstring>
#include <dirent.h>
#include <memory>
#include <unistd.h>

namespace zvfs {

InheritedDescriptors::InheritedDescriptors() {
  const auto close = [](DIR* directory) { ::closedir(directory); };
  const std::unique_ptr<DIR, decltype(close)> list(::opendir("/proc/self/fd"));
  if (list == nullptr) return;
  while (const dirent* const entry = ::readdir(list.get())) {
    int descriptor = -1;
    const char* const end = entry->d_name + std::strlen(entry->d_name);
    if (std::from_chars(entry->d_name, end, descriptor).ptr != end) continue;
    if (descriptor > STDERR_FILENO && descriptor != ::dirfd(list.get())) {
      descriptors_.push_back(descriptor);
    }
  }
}

void InheritedDescriptors::close_all() {
  for (const int descriptor : descriptors_) ::close(descriptor);
  descriptors_.clear();
}

}  // namespace zvfs
