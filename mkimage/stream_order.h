#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace zvfs {

/// The order in which files come in the stream, as a user wants it. A plain value.
struct StreamOrder {
  enum class Rest : std::uint8_t {
    kPath,     ///< Path order, but for files that have copies (see Dedupe).
    kSimilar,  ///< Files that are much alike come together, before the others.
  };

  /// Paths of files in the image that come first, in this order. No path may be empty.
  std::vector<std::string> first;
  Rest rest = Rest::kPath;  ///< That of all others.

  bool is_given = false;  ///< Whether there is one: otherwise members of an archive keep theirs.
};

}  // namespace zvfs
