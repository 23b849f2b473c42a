#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>

#include "base/bytes.h"
#include "base/result.h"
#include "mkimage/archives/byte_stream.h"

namespace zvfs {

/// A stream whose next bytes can be looked at before they are taken. Its memory is one run of the
/// source and what peek() asks for. Not thread-safe.
class BufferedStream final : public ByteStream {
 public:
  explicit BufferedStream(std::unique_ptr<ByteStream> source) : source_(std::move(source)) {}

  /// What comes next: at least `size` bytes, fewer only at the end. Valid until the next call.
  /// Errors: those of the source.
  Result<ByteSpan> peek(std::size_t size);

  /// Takes `size` of the bytes that peek() gave.
  void consume(std::size_t size);

  /// Takes zeros up to the next other byte or the end. Errors: those of the source.
  Result<void> skip_zeros();

  /// Takes whatever is at hand. Errors: those of the source.
  Result<ByteSpan> next() override;

  [[nodiscard]] std::uint64_t position() const { return position_; }  ///< Bytes taken.

 private:
  std::unique_ptr<ByteStream> source_;
  ByteSpan rest_;      // of the source's last run, or of joined_
  ByteVector joined_;  // several runs
  bool ended_ = false;
  std::uint64_t position_ = 0;
};

}  // namespace zvfs
