#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string_view>

#include "base/result.h"
#include "format/image.h"
#include "format/image_source.h"
#include "trust/root_digest.h"
#include "zvfs/check/check_context.h"

namespace zvfs {

/// What a check examined and found.
struct CheckReport {
  std::uint64_t problems = 0;       ///< All of them, also those that were only counted.
  std::uint64_t damaged_files = 0;  ///< Names of files that cannot be read in full.
  std::uint64_t inodes = 0;
  std::uint32_t frames = 0;         ///< Data frames in the image.
  std::uint64_t whole_frames = 0;   ///< Data frames that decode.
  std::uint64_t decoded_bytes = 0;  ///< Of those that decode.

  [[nodiscard]] bool is_clean() const { return problems == 0; }
};

/// How to check, and where to report.
struct CheckOptions {
  unsigned threads = 1;
  bool deep = false;                              ///< Also compare the tar stream with the index.
  std::optional<RootDigest> root = std::nullopt;  ///< That all the bytes must prove.
  /// Takes the first problems of each kind, then how many more there are of it. See ProblemLog.
  std::function<void(std::string_view message)> on_problem;
  /// Takes the path of each damaged file, after all problems.
  std::function<void(std::string_view path)> on_damaged_file;
  CheckProgress* progress = nullptr;  ///< Borrowed; may be null.
};

/// Checks the image at the end of `source` against docs/format.md. Needs about six bytes per inode,
/// in addition to the frames being decoded: at most 80 bytes for each byte of the index frame. A
/// fault of the image is a problem, not an error. Errors: InvalidArgument (neither a zvfs image nor
/// a truncated one), Unsupported (needs a newer zvfs), Io.
Result<CheckReport> check_image(std::unique_ptr<const ImageSource> source,
                                const CheckOptions& options);

/// True if the index obeys docs/format.md. Reads neither data nor the seek table.
bool has_sound_index(const ImageTables& image);

}  // namespace zvfs
