#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <string_view>

#include "base/bytes.h"
#include "base/result.h"
#include "format/image.h"
#include "zvfs/selection.h"

namespace zvfs {

/// Where an archive goes, and who is told what.
struct TarExport {
  unsigned threads = 1;                              ///< That decode.
  std::function<Result<void>(ByteSpan)> write;       ///< Takes the archive's bytes, in their order.
  std::function<void(std::string_view)> message;     ///< Takes a line for people.
  std::atomic<std::uint64_t>* bytes_done = nullptr;  ///< Counts those of the archive; may be null.

  /// The memory that an image's cache must have for it, in bytes.
  static constexpr std::uint64_t kCacheSize = std::uint64_t{64} << 20;
};

/// Writes the decoded stream of `image`, which is a tar archive, byte for byte.
/// Errors: Corrupt, Io (a frame); those of `write`.
Result<void> export_stream(const Image& image, const TarExport& to);

/// Writes a tar archive of what `selection` chooses of `image`, and of what lies below that. Its
/// members are made from the index, as mkimage makes them: so only the frames that hold their data
/// are decoded, and of a hard-linked file the first name that is chosen has the data. Sockets,
/// which tar cannot hold, are left out with a message. False when something could not be read,
/// which is told, and is left out. Errors: Corrupt, Io (data that was begun); those of `write`.
Result<bool> export_selected(const Image& image, Selection& selection, const TarExport& to);

}  // namespace zvfs
