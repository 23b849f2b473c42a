#pragma once

#include <string_view>

namespace zvfs {

/// True when all of `name`, one name of a path, matches `glob`:
///
///     *        any characters, or none; also a leading dot
///     ?        one character
///     [a-z_]   one of these characters, ranges in the order of their code points; a first `]`
///              is literal; `[!...]` and `[^...]` match any other character
///     \c       the character c
///
/// A character is one of UTF-8, or a byte that is not part of one. Unlike in fnmatch(3), the locale
/// does not matter. An unclosed `[` is literal. Takes at most |glob| x |name| steps.
bool matches_glob(std::string_view glob, std::string_view name);

}  // namespace zvfs
