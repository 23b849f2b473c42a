#pragma once

#include <string>
#include <string_view>

namespace zvfs {

/// `name` as one line that is safe on a terminal, quoted as tar's "escape" style does: control
/// characters (also those of Unicode, U+0080 to U+009F), a backslash, and bytes that are not UTF-8
/// become \n, \t, \\ or \ooo (octal). So distinct names stay distinct.
std::string quote_name(std::string_view name);

}  // namespace zvfs
