#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "base/bytes.h"

namespace zvfs {

inline constexpr std::uint32_t kMaxUstarId = 07777777;
inline constexpr std::size_t kMaxUstarOwner = 31;             // bytes of a user or group name
inline constexpr std::uint64_t kMaxUstarSize = 077777777777;  // 8 GiB - 1
inline constexpr std::int64_t kMaxUstarTime = 077777777777;   // in the year 2242

/// A path as ustar stores it: a name, with a prefix and a slash before it unless that is empty.
struct UstarName {
  static constexpr std::size_t kNameSize = 100;
  static constexpr std::size_t kPrefixSize = 155;

  std::string_view prefix;
  std::string_view name;

  /// Nothing if the path does not fit.
  static std::optional<UstarName> split(std::string_view path);
};

/// The fields of a ustar header block (IEEE Std 1003.1, pax, "ustar Interchange Format"). Values
/// must fit.
struct UstarHeader {
  UstarName path;
  std::string_view link_name;  ///< At most UstarName::kNameSize bytes.
  char type = '0';
  std::uint32_t mode = 0;
  std::uint32_t uid = 0;
  std::uint32_t gid = 0;
  std::string_view user_name;  ///< At most kMaxUstarOwner bytes; extraction prefers it to uid.
  std::string_view group_name;
  std::uint64_t size = 0;
  std::uint64_t mtime = 0;
  std::uint32_t device_major = 0;
  std::uint32_t device_minor = 0;

  /// Appends the block of 512 bytes.
  void append_to(ByteVector& out) const;
};

}  // namespace zvfs
