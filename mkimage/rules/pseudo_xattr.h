#pragma once

#include <string_view>

#include "base/result.h"
#include "format/xattr_set.h"

namespace zvfs {

/// Parses NAME=VALUE as mksquashfs has it: a name in one of the namespaces user, trusted and
/// security; a value that is taken as it is, or after 0x as hexadecimal digits, after 0s as base64,
/// after 0t as text in which \ooo is a byte in octal and \\ a backslash.
/// Errors: InvalidArgument.
Result<Xattr> parse_pseudo_xattr(std::string_view text);

}  // namespace zvfs
