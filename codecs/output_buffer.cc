#include "codecs/output_buffer.h"

#include <cstdint>

namespace zvfs {

MutableByteSpan OutputBuffer::apart_from(ByteSpan content, std::size_t size) {
  constexpr std::size_t kPage = 4096;
  if (size_ < size + kPage) {
    memory_.reset();
    memory_ = std::make_unique_for_overwrite<std::byte[]>(size + kPage);
    size_ = size + kPage;
  }
  const auto from = reinterpret_cast<std::uintptr_t>(content.data());
  const auto to = reinterpret_cast<std::uintptr_t>(memory_.get());
  return {memory_.get() + (from + kPage / 2 - to) % kPage, size};
}

}  // namespace zvfs
