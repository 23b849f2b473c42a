// Formats an entry of an image for the commands: as ls -l does, or as JSON.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"
#include "format/image.h"

namespace zvfs {

/// Type and permissions as ls shows them: "drwxr-sr-x".
std::string mode_text(std::uint16_t mode);

/// `seconds` since 1970 in the local time zone, to the minute: "2020-02-29 13:07"; or "@seconds" if
/// the C library has no date for it.
std::string time_text(std::int64_t seconds);

enum class SizeStyle : bool { kBytes, kHuman };

/// Formats entries as `ls -ln --time-style=long-iso` does. Owners are numeric, since an image has
/// no user names. Columns grow with wider entries. Not thread-safe.
class LongFormat {
 public:
  explicit LongFormat(SizeStyle style) : style_(style) {}

  /// All columns before the name, and a space at the end. `has_acl` adds a "+".
  std::string columns(const Inode& inode, bool has_acl);

 private:
  std::string padded(std::string_view text, std::size_t& width);

  SizeStyle style_;
  std::size_t links_width_ = 1;
  std::size_t uid_width_ = 1;
  std::size_t gid_width_ = 1;
  std::size_t size_width_ = 5;
};

/// True if `inode` has an access ACL. Errors: Corrupt, Io.
Result<bool> has_access_acl(const Image& image, const Inode& inode);

/// One line of JSON, without the newline: an object with path, type, mode, uid, gid, nlink, inode,
/// size, mtime and mtime_ns, and, where they apply, target; major, minor; xattrs.
/// Errors: Corrupt, Io.
Result<std::string> json_line(const Image& image, const Inode& inode, std::string_view path);

}  // namespace zvfs
