#pragma once

#include <cstddef>
#include <string_view>

namespace zvfs {

/// The number of bytes of the UTF-8 character (RFC 3629: shortest form, no surrogates, at most
/// U+10FFFF) at the start of `text`, or 0 if there is none.
std::size_t utf8_character_length(std::string_view text);

/// True when all of `text` is UTF-8.
bool is_utf8(std::string_view text);

}  // namespace zvfs
