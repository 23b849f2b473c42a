#pragma once

#include <cstddef>
#include <memory>

#include "base/bytes.h"

namespace zvfs {

/// Memory that is reused from call to call, for coded bytes of some content. It is placed so that
/// memcpy from the content is fast: glibc copies 2 KiB to some 512 KiB by `rep movsb`, which on
/// AMD's Zen 3 and 4 runs at 1 GB/s instead of 50 where the destination is, modulo 4096, 1 to 15
/// bytes after the source. Large allocations begin at the same place of a page, and a frame's
/// header is that long, so without this the copy of incompressible blocks, ours and libzstd's,
/// would always be slow. Not thread-safe.
class OutputBuffer {
 public:
  /// `size` bytes, uninitialised, which stay valid until the next call. Throws std::bad_alloc.
  MutableByteSpan apart_from(ByteSpan content, std::size_t size);

 private:
  std::unique_ptr<std::byte[]> memory_;
  std::size_t size_ = 0;
};

}  // namespace zvfs
