#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"
#include "codecs/codec.h"
#include "codecs/frame_kind.h"
#include "format/image_source.h"

namespace zvfs {

/// The progress of a repair, which reads the file three times. Thread-safe.
struct RepairProgress {
  std::atomic<unsigned> pass = 0;           ///< From 0.
  std::atomic<std::uint64_t> position = 0;  ///< In the file, in bytes.
  static constexpr unsigned kPasses = 3;
};

/// How to repair, and where to report.
struct RepairOptions {
  std::uint32_t frame_bound =
      kMaxFrameSize;       ///< Frames that decode to more are cut and encoded anew.
  EncoderOptions encoder;  ///< For frames that are encoded.
  /// Takes the name of a lost file or directory. "" means that the attributes of the root are lost.
  std::function<void(std::string_view path)> on_lost;
  /// Takes other messages for people, a line each.
  std::function<void(std::string_view message)> on_note;
  RepairProgress* progress = nullptr;  ///< Borrowed; not null.
};

/// The result of a repair.
struct RepairReport {
  std::uint64_t saved_names = 0;    ///< Names of files, directories and others.
  std::uint64_t lost_names = 0;     ///< Lost files whose names are known.
  bool may_have_lost_more = false;  ///< Something without a known name is missing.
  std::uint64_t copied_frames = 0;
  std::uint64_t encoded_frames = 0;
  std::uint64_t gaps = 0;        ///< Runs of the file that are not frames.
  std::uint64_t image_size = 0;  ///< Of the new image, in bytes.

  [[nodiscard]] bool is_complete() const { return lost_names == 0 && !may_have_lost_more; }
};

/// Writes an image of everything that can be saved of `source` to `out_fd`, from its offset on.
/// `source` is a damaged image, or a compressed tar archive from another program. A frame is saved
/// if it decodes and matches its checksum, and a file if all its frames are saved; nothing else
/// gets into the image. Errors: InvalidArgument (nothing can be saved), Io, TooLarge, NoMemory.
Result<RepairReport> repair_image(const ImageSource& source, int out_fd,
                                  const RepairOptions& options);

}  // namespace zvfs
