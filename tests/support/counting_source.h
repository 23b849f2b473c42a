#pragma once

#include <atomic>
#include <cstdint>
#include <utility>

#include "format/image_source.h"

namespace zvfs::testing {

/// Bytes in memory that count what is read of them. Thread-safe.
class CountingSource final : public ImageSource {
 public:
  explicit CountingSource(ByteVector bytes) : bytes_(std::move(bytes)) {}

  [[nodiscard]] std::uint64_t size() const override { return bytes_.size(); }
  Result<void> read(std::uint64_t offset, MutableByteSpan out) const override {
    ++reads;
    bytes_read += out.size();
    return bytes_.read(offset, out);
  }

  mutable std::atomic<std::uint64_t> reads = 0;
  mutable std::atomic<std::uint64_t> bytes_read = 0;

 private:
  MemorySource bytes_;
};

}  // namespace zvfs::testing
