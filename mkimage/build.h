#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "base/atomic_file.h"
#include "base/result.h"
#include "base/troubles.h"
#include "codecs/codec.h"
#include "mkimage/entry_rules.h"
#include "mkimage/planner.h"
#include "mkimage/progress.h"
#include "mkimage/report.h"
#include "mkimage/source_list.h"
#include "mkimage/stream_order.h"

namespace zvfs {

inline constexpr std::string_view kStandardInput = "-";

/// What is done about files of equal content.
enum class Dedupe : std::uint8_t {
  kOff,
  kNear,   ///< Small copies follow their original in the stream, and share its data in the index.
  kLinks,  ///< The same, and larger ones of equal metadata become hard links.
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
  TroublePolicy troubles;
  bool gather_sizes = false;  ///< Whether the report has SizeStatistics.
  bool dry_run = false;       ///< Do all but write the image.
};

/// How a caller watches a build. The listeners may be empty, and are called by any thread.
struct BuildMonitor {
  Progress progress;
  Troubles::Listener on_trouble;
  /// Gets the members' names, quoted, one a line, when they are written.
  std::function<void(std::string_view names)> on_names;
};

/// Builds an image of a directory or an archive. The image depends on the source, on encoder and
/// bounds, not on the number of threads. On an error there is no new file, and an old one is as it
/// was. Troubles with single files are no errors: see BuildReport. Thread-safe. Errors:
/// InvalidArgument (an option; the target exists), Io, TooLarge, NoMemory.
Result<BuildReport> build_image(const BuildOptions& options, BuildMonitor& monitor);

}  // namespace zvfs
