#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <sys/types.h>
#include <vector>

#include "base/result.h"
#include "format/xattr_set.h"
#include "mkimage/rules/xattr_filter.h"

namespace zvfs {

/// Reads the extended attributes of files: all that the kernel shows to this process in the
/// namespaces user, trusted and security, and the POSIX ACLs from the namespace system, the only
/// ones there with the same meaning on another filesystem. Reuses its buffers. Not thread-safe.
class XattrReader {
 public:
  /// How to ask the kernel without a path that could be too long.
  enum class Way : std::uint8_t {
    kAtCalls,  ///< listxattrat(2) and getxattrat(2), of Linux 6.13.
    kProc,     ///< Paths below /proc/self/fd, which take twice as long.
  };
  static Way best_way();

  /// Reads what `filter` keeps.
  explicit XattrReader(XattrFilter filter = {}, Way way = best_way())
      : filter_(std::move(filter)), way_(way) {}

  /// Whether attributes can be read at all. Errors: Io (/proc is needed, but not mounted).
  [[nodiscard]] Result<void> check() const;

  /// The attributes of entry `name` in the directory open as `directory_fd`, or of the path `name`
  /// if that is AT_FDCWD; a symlink is not followed. An attribute that vanishes meanwhile is left
  /// out.
  /// Errors: Io, NotFound (the file is gone), TooLarge (a value or name beyond the format's
  /// limits).
  Result<XattrSet> read(int directory_fd, const char* name);

 private:
  // The file to read, in the form that each way needs.
  struct File {
    int directory_fd;
    const char* name;
    std::string path;
  };

  void set_file(int directory_fd, const char* name);
  Result<std::string_view> list();
  Result<bool> read_value(const char* attribute, ByteVector& value);
  ssize_t list_into(char* names, std::size_t size) const;
  ssize_t read_into(const char* attribute, std::byte* value, std::size_t size) const;

  const XattrFilter filter_;
  const Way way_;
  File file_;
  std::vector<char> names_ = std::vector<char>(1024);
  ByteVector value_ = ByteVector(1024);
};

}  // namespace zvfs
