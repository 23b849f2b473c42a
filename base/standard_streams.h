#pragma once

#include <string_view>

namespace zvfs {

/// Opens /dev/null as each of the descriptors 0, 1 and 2 that is closed, as init scripts,
/// supervisors and `<&-` leave them: otherwise a file that is opened later becomes standard input
/// or output. Call it first in main().
void open_standard_streams();

/// Writes `text` to standard error as far as that is possible: a message that nobody can read (a
/// full disk, a closed pipe) is no reason for a program to fail. Thread-safe.
void print_to_stderr(std::string_view text) noexcept;

}  // namespace zvfs
