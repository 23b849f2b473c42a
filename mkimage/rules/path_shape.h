#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace zvfs {

/// Where the entries of a source go in the image. A number of leading names is removed from each
/// path, as by tar's --strip-components, and the rest is placed below a directory. A plain value.
struct PathShape {
  static constexpr std::size_t kMaxPrefix = 4096;  ///< Bytes, as PATH_MAX.

  std::uint32_t strip_components = 0;
  std::string prefix;  ///< As set_prefix() stores it: "usr/share"; empty for none.

  /// Whether every path stays the same.
  [[nodiscard]] bool empty() const { return strip_components == 0 && prefix.empty(); }

  /// Sets the prefix to `directory`. Errors: InvalidArgument (empty or the root; contains ".."; a
  /// name or the path is too long).
  Result<void> set_prefix(std::string_view directory);

  /// The path in the image of the entry that an archive has at `path`; nothing if no name is left.
  /// As in GNU tar, "." counts as a name, and leading slashes do not.
  [[nodiscard]] std::optional<std::string> place(std::string_view path) const;
};

}  // namespace zvfs
