#pragma once

#include <string_view>

#include "base/result.h"

namespace zvfs {

/// Opens /dev/null as each of the descriptors 0, 1 and 2 that is closed, as init scripts,
/// supervisors and `<&-` leave them: otherwise a file that is opened later becomes standard input
/// or output. It is open the wrong way round, so that to use it still fails with EBADF: what is
/// printed to a closed standard output is lost. Where there is no /dev/null, it is an end of a pipe
/// instead. If that fails, too, the process exits with kNoStandardStreams. Call it first in main().
void open_standard_streams();
inline constexpr int kNoStandardStreams = 2;

/// From now on, a write beyond the limit of file sizes (RLIMIT_FSIZE) fails with EFBIG, as on a
/// full disk, instead of ending the process. Children inherit that.
void fail_at_size_limit();

/// Writes `text` to standard error as far as that is possible: a message that nobody can read (a
/// full disk, a closed pipe) is no reason for a program to fail. Thread-safe.
void print_to_stderr(std::string_view text) noexcept;

/// Prints `text` to standard output; it may be written later. Errors: those of fail_errno().
/// Thread-safe.
Result<void> print_to_stdout(std::string_view text);

/// Writes out what was printed to standard output, so that a full disk does not look like success;
/// on a block device, whose writes fail later, also to disk.
/// Errors: those of fail_errno() (something did not get there, now or before).
Result<void> flush_standard_output();

}  // namespace zvfs
