#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "base/result.h"
#include "format/image.h"

namespace zvfs {

/// Memory for decoded frames, in bytes, for commands that visit them in order. Less where memory is
/// limited: see affordable_memory().
inline constexpr std::uint64_t kDefaultCacheSize = std::uint64_t{16} << 20;

/// Opens the image at `path`, with a cache of at most `cache_size_bytes`. Errors: those of
/// Image::open and FileSource::open, with the path before the message.
Result<std::unique_ptr<Image>> open_image(const std::string& path,
                                          std::uint64_t cache_size_bytes = kDefaultCacheSize);

/// `threads`, or fewer, at least 1, if as many frames of the image, coded and decoded, would take
/// more than affordable_memory().
unsigned affordable_threads(unsigned threads, const IndexHeader& header);

}  // namespace zvfs
