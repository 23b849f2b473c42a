#pragma once

#include "base/bytes.h"
#include "base/result.h"
#include "base/unique_fd.h"

namespace zvfs {

/// An unnamed file in the directory for temporary files ($TMPDIR), for writing and reading; it
/// vanishes when closed. Errors: Io.
Result<UniqueFd> make_temporary_file();

/// Writes all of `bytes` at the current position of a temporary file. Errors: Io.
Result<void> write_temporary(int fd, ByteSpan bytes);

}  // namespace zvfs
