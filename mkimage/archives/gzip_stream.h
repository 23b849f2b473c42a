#pragma once

#include <cstdint>
#include <memory>

#include "base/bytes.h"
#include "base/result.h"
#include "mkimage/archives/buffered_stream.h"
#include "mkimage/archives/byte_stream.h"

namespace zvfs {

/// The decompressed content of gzip data. Checks the CRC32 and the size at the end of each member,
/// which libarchive skips. Several members in a row are one, with or without zeros between them.
/// Other bytes behind the last stay in the source. Not thread-safe.
class GzipStream final : public ByteStream {
 public:
  static constexpr std::size_t kMagicSize = 4;
  /// Whether gzip data begins with `head`, of kMagicSize bytes at least.
  static bool recognizes(ByteSpan head);

  /// `source` must be at the first byte.
  explicit GzipStream(std::shared_ptr<BufferedStream> source);
  ~GzipStream() override;
  GzipStream(const GzipStream&) = delete;
  GzipStream& operator=(const GzipStream&) = delete;

  /// Errors: those of the source; Corrupt (damaged or truncated), NoMemory.
  Result<ByteSpan> next() override;

 private:
  struct Inflater;

  Result<std::size_t> inflate(ByteSpan bytes, MutableByteSpan out);
  Result<void> end_member();
  [[nodiscard]] Unexpected damaged(const char* why) const;

  std::shared_ptr<BufferedStream> source_;
  std::unique_ptr<Inflater> inflater_;
  ByteVector buffer_;
  bool ended_ = false;
};

}  // namespace zvfs
