#include "mkimage/scan/hole_finder.h"

#include <algorithm>
#include <cerrno>
#include <unistd.h>

namespace zvfs {

Result<std::vector<ExtentRecord>> find_data(int fd, std::uint64_t size) {
  std::vector<ExtentRecord> extents;
  for (std::uint64_t position = 0; position < size;) {
    const off_t data = ::lseek(fd, static_cast<off_t>(position), SEEK_DATA);
    if (data < 0 && errno == ENXIO) break;  // a hole up to the end
    if (data < 0 && errno == EINVAL) return std::vector<ExtentRecord>{{0, size, 0, 0}};
    if (data < 0) return fail_errno(errno, "cannot look for holes");
    const auto begin = static_cast<std::uint64_t>(data);
    if (begin >= size) break;  // the file has grown
    const off_t hole = ::lseek(fd, data, SEEK_HOLE);
    if (hole < 0 && errno == ENXIO) break;  // the file has shrunk
    if (hole < 0) return fail_errno(errno, "cannot look for holes");
    const std::uint64_t end = std::min(static_cast<std::uint64_t>(hole), size);
    if (end <= begin) break;
    extents.push_back({begin, end - begin, 0, 0});
    position = end;
  }
  return extents;
}

}  // namespace zvfs
