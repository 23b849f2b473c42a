#pragma once

#include <cstddef>
#include <memory>

#include "base/bytes.h"

namespace zvfs {

/// Memory for the coded bytes of some content, reused by each call. It is placed so that memcpy
/// from the content is fast: glibc copies 2 KiB to about 512 KiB with `rep movsb`, which on AMD's
/// Zen 3 and 4 runs at 1 GB/s instead of 50 if the destination is, modulo 4096, 1 to 15 bytes after
/// the source. Large allocations begin at the same offset in a page, and a frame's header is that
/// long. So without this, every copy of incompressible blocks, ours or libzstd's, would be slow.
/// Not thread-safe.
class OutputBuffer {
 public:
  /// `size` bytes, uninitialised and valid until the next call. Throws std::bad_alloc.
  MutableByteSpan apart_from(ByteSpan content, std::size_t size);

 private:
  std::unique_ptr<std::byte[]> memory_;
  std::size_t size_ = 0;
};

}  // namespace zvfs
