#pragma once

#include <string_view>

#include "base/result.h"
#include "format/xattr_set.h"

namespace zvfs {

/// Parses NAME=VALUE as mksquashfs does. The name is in the namespace user, trusted or security.
/// The value is taken as it is, unless a prefix says otherwise: 0x, hexadecimal digits; 0s, base64;
/// 0t, text in which \ooo is a byte in octal and \\ a backslash.
/// Errors: InvalidArgument.
Result<Xattr> parse_pseudo_xattr(std::string_view text);

}  // namespace zvfs
