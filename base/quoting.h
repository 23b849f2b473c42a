#pragma once

#include <string>
#include <string_view>

namespace zvfs {

/// `name` as one line that is safe on a terminal, quoted as in tar's "escape" style: control
/// characters (including Unicode's, U+0080 to U+009F), backslashes, and bytes that are not UTF-8
/// become \n, \t, \\ or \ooo (octal). So distinct names stay distinct.
std::string quote_name(std::string_view name);

}  // namespace zvfs
