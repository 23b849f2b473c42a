#pragma once

#include <cstdint>
#include <functional>
#include <memory>

#include "base/bytes.h"
#include "base/result.h"

namespace zvfs {

/// The decoded bytes of one frame. Immutable once published; shared_ptr<const Frame> pins it.
class Frame {
 public:
  /// Allocates `size` bytes, uninitialised. Throws std::bad_alloc.
  explicit Frame(std::size_t size);
  [[nodiscard]] ByteSpan bytes() const { return {data_.get(), size_}; }
  [[nodiscard]] MutableByteSpan mutable_bytes() { return {data_.get(), size_}; }

 private:
  std::unique_ptr<std::byte[]> data_;
  std::size_t size_;
};
using FramePtr = std::shared_ptr<const Frame>;

/// Which frame: data frames and index frames are numbered apart.
struct FrameKey {
  enum class Space : std::uint8_t { kData, kIndex };
  Space space = Space::kData;
  std::uint32_t number = 0;
  bool operator==(const FrameKey&) const = default;
};

}  // namespace zvfs
