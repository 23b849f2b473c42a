// Reads and writes that go on where the kernel stops half way: after a signal, at a pipe's size.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/result.h"

namespace zvfs {

/// Writes all of `bytes` to `fd`. Errors: Io; the message is `what`, if any (a file's name, or what
/// cannot be done), and why.
Result<void> write_all(int fd, ByteSpan bytes, std::string_view what);

/// The same at `offset`, in bytes; `fd` stays where it stands.
Result<void> pwrite_all(int fd, std::uint64_t offset, ByteSpan bytes, std::string_view what);

/// Fills `out` from `offset` on, in bytes, as far as the file goes, and returns how many bytes that
/// are. `fd` stays where it stands. Errors: Io, as above.
Result<std::size_t> read_full(int fd, std::uint64_t offset, MutableByteSpan out,
                              std::string_view what);

/// All that comes from `fd` until its end. Errors: Io, as above.
Result<std::string> read_to_end(int fd, std::string_view what);

}  // namespace zvfs
