#pragma once

#include <memory>
#include <utility>

#include "base/bytes.h"
#include "base/result.h"
#include "base/warnings.h"
#include "mkimage/archives/archive_reader.h"
#include "mkimage/archives/byte_stream.h"

namespace zvfs {

/// Bytes as they come, or decompressed by libarchive. Notes what follows the compressed data, which
/// libarchive ignores in some forms of compression, and refuses it where it looks like more of the
/// data. Not thread-safe.
class FilterStream final : public ByteStream {
 public:
  /// `reader` is of kRaw, at its member. Borrows `warnings`.
  FilterStream(std::unique_ptr<ArchiveReader> reader, Warnings& warnings)
      : reader_(std::move(reader)), warnings_(warnings) {}

  /// Errors: those of ArchiveReader.
  Result<ByteSpan> next() override;

 private:
  Result<void> check_rest();

  std::unique_ptr<ArchiveReader> reader_;
  Warnings& warnings_;
  bool ended_ = false;
};

}  // namespace zvfs
