#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "base/result.h"
#include "format/image.h"

namespace zvfs {

/// Memory for decoded frames, in bytes, for commands that visit them in order.
inline constexpr std::uint64_t kDefaultCacheSize = std::uint64_t{16} << 20;

/// Opens the image at `path`. Errors: those of Image::open and FileSource::open, with the path
/// before the message.
Result<std::unique_ptr<Image>> open_image(const std::string& path,
                                          std::uint64_t cache_size_bytes = kDefaultCacheSize);

}  // namespace zvfs
