#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"

namespace zvfs {

struct Xattr {
  std::string name;  ///< Including its namespace: "user.comment". 1 to 255 bytes without NUL.
  ByteVector value;  ///< At most 64 KiB, the kernel's limit.
  bool operator==(const Xattr&) const = default;
};

/// The extended attributes of an inode, sorted by name. A plain value; copies share what they hold,
/// so they cost nothing.
/// Spec: docs/format.md, "Xattr sets".
class XattrSet {
 public:
  static constexpr std::size_t kMaxValueSize = 65536;
  /// Of all names together, each with a NUL, in bytes: what listxattr(2) can give (XATTR_LIST_MAX).
  static constexpr std::size_t kMaxNamesSize = 65536;

  XattrSet() = default;
  /// Sorts `xattrs`, which must have different names.
  explicit XattrSet(std::vector<Xattr> xattrs);

  [[nodiscard]] const std::vector<Xattr>& xattrs() const;
  /// The names, each with a NUL after it, as listxattr(2) gives them.
  [[nodiscard]] std::string names() const;
  [[nodiscard]] bool empty() const { return xattrs().empty(); }
  bool operator==(const XattrSet& other) const {
    return is_copy_of(other) || xattrs() == other.xattrs();
  }
  /// Whether one is a copy of the other. Sets that are not may yet be equal.
  [[nodiscard]] bool is_copy_of(const XattrSet& other) const { return xattrs_ == other.xattrs_; }

  /// The bytes of the set as stored in the xattr data.
  [[nodiscard]] ByteVector encode() const;

  /// Parses `count` attributes, which must fill `bytes` exactly. Errors: Corrupt.
  static Result<XattrSet> parse(ByteSpan bytes, std::uint32_t count);

 private:
  std::shared_ptr<const std::vector<Xattr>> xattrs_;  // null: none
};

/// Whether an attribute may have this name: 1 to 255 bytes without NUL.
bool is_xattr_name(std::string_view name);

/// The attribute `name` in `xattrs`, or null. Borrows from the set.
const Xattr* find_xattr(const XattrSet& xattrs, std::string_view name);

}  // namespace zvfs
