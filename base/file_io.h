// Reads and writes that continue where the kernel stops half way: after a signal, at a full pipe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/result.h"

namespace zvfs {

/// Writes all of `bytes` to `fd`. Errors: Io; the message is `what`, if not empty (a file's name,
/// or what failed), and the reason.
Result<void> write_all(int fd, ByteSpan bytes, std::string_view what);

/// As write_all(), but at `offset`, in bytes; the position of `fd` does not change.
Result<void> pwrite_all(int fd, std::uint64_t offset, ByteSpan bytes, std::string_view what);

/// Fills `out` from `offset` on, in bytes, up to the end of the file, and returns the number of
/// bytes read. The position of `fd` does not change. Errors: Io, as above.
Result<std::size_t> read_full(int fd, std::uint64_t offset, MutableByteSpan out,
                              std::string_view what);

/// Everything that `fd` yields until its end. Errors: Io, as above.
Result<std::string> read_to_end(int fd, std::string_view what);

}  // namespace zvfs
