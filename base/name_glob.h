#pragma once

#include <string_view>

namespace zvfs {

/// True when all of `name`, one name of a path, matches `glob`:
///
///     *        any characters, also none, also a leading dot
///     ?        one character
///     [a-z_]   one of these characters, ranges in the order of their code points; `]` first is
///              itself; `[!...]` and `[^...]` any other character
///     \c       the character c
///
/// A character is one of UTF-8, or a byte that is none: independent of the locale, unlike
/// fnmatch(3). A `[` that is not closed is itself. Takes at most |glob| x |name| steps.
bool matches_glob(std::string_view glob, std::string_view name);

}  // namespace zvfs
