#pragma once

#include "base/bytes.h"
#include "base/result.h"
#include "base/unique_fd.h"

namespace zvfs {

/// A file without a name, in the directory for temporary files ($TMPDIR), to write and read; gone
/// when it is closed. Errors: Io.
Result<UniqueFd> make_temporary_file();

/// Writes all of `bytes` to a temporary file, where it stands. Errors: Io.
Result<void> write_temporary(int fd, ByteSpan bytes);

}  // namespace zvfs
