#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "base/result.h"
#include "format/image.h"
#include "trust/root_trust.h"

namespace zvfs {

/// Memory for decoded frames, in bytes, for commands that visit them in order. Less where memory is
/// limited: see affordable_memory().
inline constexpr std::uint64_t kDefaultCacheSize = std::uint64_t{16} << 20;

/// An image file that was opened, and the root that its bytes must prove, if the user gave one.
struct TrustedFile {
  std::unique_ptr<const ImageSource> source;
  std::optional<RootDigest> root;
};

/// Opens the file at `path`, and finds out whether the image in it is one that the user trusts.
/// Errors: those of RootTrust::load(), FileSource::open() and trusted_root(), with the path before
/// the message.
Result<TrustedFile> open_trusted_file(const std::string& path, const TrustOptions& trust);

/// Opens the image at `path`, with a cache of at most `cache_size_bytes`. Errors: those of
/// open_trusted_file() and Image::open(), with the path before the message.
Result<std::unique_ptr<Image>> open_image(const std::string& path, const TrustOptions& trust = {},
                                          std::uint64_t cache_size_bytes = kDefaultCacheSize);

/// `threads`, or fewer, at least 1, if as many frames of the image, coded and decoded, would take
/// more than affordable_memory().
unsigned affordable_threads(unsigned threads, const IndexHeader& header);

}  // namespace zvfs
