#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "format/xattr_set.h"

namespace zvfs {

/// Reads the extended attributes of files: all that the kernel shows to this process (user,
/// trusted, security), and of the system namespace the POSIX ACLs, the only ones there that mean
/// the same on another filesystem. Reuses its buffers. Not thread-safe.
class XattrReader {
 public:
  /// The attributes of entry `name` of the directory open as `directory_fd`; a symlink is not
  /// followed. An attribute that vanishes meanwhile is left out.
  /// Errors: Io, TooLarge (a value or name beyond the format's limits).
  Result<XattrSet> read(int directory_fd, const char* name);

 private:
  Result<std::string_view> list(const char* path);
  Result<bool> read_value(const char* path, const char* name, ByteVector& value);

  std::string path_;
  std::vector<char> names_ = std::vector<char>(1024);
  ByteVector value_ = ByteVector(1024);
};

}  // namespace zvfs
