#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

#include "format/image.h"
#include "fuse/serve/lowlevel.h"

namespace zvfs {

/// The reply to a readdir or readdirplus request: as many entries as fit in the size that the
/// kernel asked for. `next` is the offset at which the kernel continues after an entry.
class DirectoryBuffer {
 public:
  /// Throws std::bad_alloc.
  explicit DirectoryBuffer(std::size_t size_bytes)
      : data_(std::make_unique_for_overwrite<char[]>(size_bytes)), size_(size_bytes) {}

  /// Appends a name with its inode number and type. False if there is no room left.
  [[nodiscard]] bool add(const Dentry& entry, off_t next);

  /// Appends a name with the attributes of its inode, which the kernel then need not look up. It
  /// ignores them if `attributes.ino` is 0. False if there is no room left.
  [[nodiscard]] bool add_with_attributes(std::string_view name, const fuse_entry_param& attributes,
                                         off_t next);

  [[nodiscard]] std::span<const char> bytes() const { return {data_.get(), used_}; }

 private:
  [[nodiscard]] bool grow(std::size_t entry_size);

  std::unique_ptr<char[]> data_;
  std::size_t size_;
  std::size_t used_ = 0;
};

}  // namespace zvfs
