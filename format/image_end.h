#pragma once

#include <cstdint>

#include "base/result.h"
#include "format/image_source.h"

namespace zvfs {

/// Where the image in a source ends that is padded with zeros, as a file or partition larger than
/// the image: after the last byte that is not zero. 0 if all bytes are zero.
///
/// Reads the last kMaxZeroRun bytes. If they are all zero, it bisects the rest, with at most as
/// many bytes for each of the some 20 steps that a TiB takes, since no image has that many zeros in
/// a row. So it need not find the end of an image that such a run of zeros precedes.
/// Errors: Io. Spec: docs/format.md, "Padding".
Result<std::uint64_t> find_image_end(const ImageSource& source);

/// No image has that many zero bytes in a row: its frames have at most 16 MiB + 64 KiB + 64 bytes,
/// and none begins with a zero; neither has a long run of them in its index or seek table.
inline constexpr std::uint64_t kMaxZeroRun = std::uint64_t{17} << 20;

}  // namespace zvfs
