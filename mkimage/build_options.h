#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/atomic_file.h"
#include "base/warnings.h"
#include "codecs/codec.h"
#include "mkimage/frames/digest_choice.h"
#include "mkimage/frames/frame_bounds.h"
#include "mkimage/rules/entry_rules.h"
#include "mkimage/scan/source_list.h"

namespace zvfs {

inline constexpr std::string_view kStandardInput = "-";

/// What to do about files of equal content.
enum class Dedupe : std::uint8_t {
  kOff,
  kNear,   ///< Small copies follow their original in the stream and share its data in the index.
  kLinks,  ///< The same; larger copies with equal metadata become hard links.
};

/// The order of files in the stream, as the user wants it. A plain value.
struct StreamOrder {
  enum class Rest : std::uint8_t {
    kPath,     ///< Path order, except for files that have copies (see Dedupe).
    kSimilar,  ///< Similar files side by side, before the others.
  };

  /// Paths of files in the image that come first, in this order. No path may be empty.
  std::vector<std::string> first;
  Rest rest = Rest::kPath;  ///< The order of all other files.

  bool is_given = false;  ///< Whether the user chose an order; if not, archives keep theirs.
};

/// What to build an image of, and how.
struct BuildOptions {
  /// A directory, an archive, or kStandardInput (an archive).
  std::string source;
  /// What to pack instead of `source`.
  std::optional<SourceList> sources;
  /// The file to make, or kStandardOutput.
  std::string target;
  IfExists if_target_exists = IfExists::kFail;
  EncoderOptions encoder;
  unsigned threads = 1;  ///< Workers, at least 1.
  FrameBounds bounds;
  EntryRules rules;
  Dedupe dedupe = Dedupe::kNear;
  StreamOrder order;
  DigestChoice digests = DigestChoice::kWrite;
  WarningPolicy warnings;
  bool gather_sizes = false;  ///< Whether the report has SizeStatistics.
  bool dry_run = false;       ///< Do everything but write the image.
};

}  // namespace zvfs
