#pragma once

#include <memory>
#include <utility>

#include "base/bytes.h"
#include "base/result.h"
#include "mkimage/archives/archive_reader.h"
#include "mkimage/archives/byte_stream.h"

namespace zvfs {

/// The data of an ArchiveReader's current member. Not thread-safe.
class MemberData final : public ByteStream {
 public:
  explicit MemberData(std::shared_ptr<ArchiveReader> reader) : reader_(std::move(reader)) {}

  /// Errors: those of ArchiveReader::read().
  Result<ByteSpan> next() override {
    while (true) {
      const ArchiveReader::Block block = ZVFS_TRY(reader_->read());
      if (block.at_end || !block.bytes.empty()) return block.bytes;
    }
  }

 private:
  std::shared_ptr<ArchiveReader> reader_;
};

}  // namespace zvfs
