#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace zvfs {

/// Where the entries of a source go in the image: so many leading names of their paths are taken
/// off, as tar's --strip-components does it, and what is left is placed below a directory. A plain
/// value.
struct PathShape {
  static constexpr std::size_t kMaxPrefix = 4096;  ///< Bytes, as PATH_MAX.

  std::uint32_t strip_components = 0;
  std::string prefix;  ///< As set_prefix() leaves it: "usr/share"; empty for none.

  /// Whether every path stays what it is.
  [[nodiscard]] bool empty() const { return strip_components == 0 && prefix.empty(); }

  /// Takes `directory` as the prefix. Errors: InvalidArgument (empty or the root, with
  /// "..", or longer than names and paths can be).
  Result<void> set_prefix(std::string_view directory);

  /// Where the entry goes that an archive has as `path`; nothing when no name is left of it. As for
  /// GNU tar "." is a name, and leading slashes are not.
  [[nodiscard]] std::optional<std::string> place(std::string_view path) const;
};

}  // namespace zvfs
