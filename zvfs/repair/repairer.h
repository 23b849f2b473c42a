#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"
#include "codecs/codec.h"
#include "format/image_source.h"

namespace zvfs {

/// How far a repair has come: it reads the file three times. Thread-safe.
struct RepairProgress {
  std::atomic<unsigned> pass = 0;           ///< From 0.
  std::atomic<std::uint64_t> position = 0;  ///< In the file, in bytes.
  static constexpr unsigned kPasses = 3;
};

/// How to repair, and who is told.
struct RepairOptions {
  std::uint32_t frame_bound = 0;  ///< Frames that decode to more are cut and encoded anew.
  EncoderOptions encoder;         ///< For those.
  /// The name of a file or directory that is lost; "" is the root, whose attributes are.
  std::function<void(std::string_view path)> on_lost;
  /// What else is worth to know, a line each.
  std::function<void(std::string_view message)> on_note;
  RepairProgress* progress = nullptr;  ///< Borrowed; not null.
};

/// What a repair came to.
struct RepairReport {
  std::uint64_t saved_names = 0;    ///< Files, directories and others, by all their names.
  std::uint64_t lost_names = 0;     ///< Those of which the names are known.
  bool may_have_lost_more = false;  ///< Something is missing of which no names are known.
  std::uint64_t copied_frames = 0;
  std::uint64_t encoded_frames = 0;
  std::uint64_t gaps = 0;        ///< Runs of the file that are no frames.
  std::uint64_t image_size = 0;  ///< Of the new image, in bytes.

  [[nodiscard]] bool is_complete() const { return lost_names == 0 && !may_have_lost_more; }
};

/// Writes to `out_fd`, from its offset on, a whole image of all that can be saved of `source`: a
/// damaged image, or a compressed tar archive that another program has made. A frame is saved if it
/// decodes and matches its checksum, a file if all its frames are; nothing else gets into the
/// image. Errors: InvalidArgument (nothing that could be saved), Io, TooLarge, NoMemory.
Result<RepairReport> repair_image(const ImageSource& source, int out_fd,
                                  const RepairOptions& options);

}  // namespace zvfs
