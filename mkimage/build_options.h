#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/atomic_file.h"
#include "base/warnings.h"
#include "codecs/codec.h"
#include "mkimage/frames/frame_bounds.h"
#include "mkimage/rules/entry_rules.h"
#include "mkimage/scan/source_list.h"

namespace zvfs {

inline constexpr std::string_view kStandardInput = "-";

/// What is done about files of equal content.
enum class Dedupe : std::uint8_t {
  kOff,
  kNear,   ///< Small copies follow their original in the stream, and share its data in the index.
  kLinks,  ///< The same, and larger ones of equal metadata become hard links.
};

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

/// What to build an image of, and how.
struct BuildOptions {
  /// A directory, an archive that becomes the stream as it is, or kStandardInput: an archive.
  std::string source;
  /// What to pack in place of `source`.
  std::optional<SourceList> sources;
  /// A file to make, or kStandardOutput.
  std::string target;
  IfExists if_target_exists = IfExists::kFail;
  EncoderOptions encoder;
  unsigned threads = 1;  ///< Workers, at least 1.
  FrameBounds bounds;
  EntryRules rules;
  Dedupe dedupe = Dedupe::kNear;
  StreamOrder order;
  WarningPolicy warnings;
  bool gather_sizes = false;  ///< Whether the report has SizeStatistics.
  bool dry_run = false;       ///< Do all but write the image.
};

}  // namespace zvfs
