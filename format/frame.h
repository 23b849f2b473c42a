#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

#include "base/bytes.h"
#include "format/frame_memory.h"

namespace zvfs {

/// The decoded bytes of one frame. Immutable once published; a FramePtr pins it.
class Frame {
 public:
  /// Takes `size_bytes` of `memory`, uninitialised. Throws std::bad_alloc.
  Frame(FrameMemory& memory, std::size_t size_bytes)
      : data_(memory.take(size_bytes)), size_(size_bytes) {}

  [[nodiscard]] ByteSpan bytes() const { return {data_.get(), size_}; }
  [[nodiscard]] MutableByteSpan mutable_bytes() { return {data_.get(), size_}; }

 private:
  FrameMemory::Block data_;
  std::size_t size_;
};
using FramePtr = std::shared_ptr<const Frame>;

/// Which frame: data frames and index frames are numbered separately.
struct FrameKey {
  enum class Space : std::uint8_t { kData, kIndex };

  Space space = Space::kData;
  std::uint32_t number = 0;
  bool operator==(const FrameKey&) const = default;
};

/// What a frame is to the cache, which reserves a share of its space for each class.
enum class FrameClass : std::uint8_t {
  kIndex,   ///< Metadata.
  kPacked,  ///< Small files: one reader after another wants them.
  kStream,  ///< A piece of a large file, probably read once.
};
inline constexpr std::size_t kFrameClassCount = 3;

}  // namespace zvfs
