// Turns the users and groups of command lines into numbers.
#pragma once

#include <cstdint>
#include <string_view>

#include "base/result.h"

namespace zvfs {

/// The id of `text`, in the form of tar's --owner and --group: a name known to this system, a
/// number, or NAME:NUMBER (an image keeps only the number). A name of digits alone is a number.
/// Errors: InvalidArgument (no such user or group, or not a number up to 2^32 - 2).
Result<std::uint32_t> parse_user(std::string_view text);
Result<std::uint32_t> parse_group(std::string_view text);

}  // namespace zvfs
