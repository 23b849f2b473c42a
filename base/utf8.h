#pragma once

#include <cstddef>
#include <string_view>

namespace zvfs {

/// The number of bytes of the UTF-8 character (RFC 3629: shortest form, no surrogates, at most
/// U+10FFFF) at the start of `text`, or 0 if there is none.
std::size_t utf8_character_length(std::string_view text);

/// True when all of `text` is UTF-8.
bool is_utf8(std::string_view text);

/// The code point of `character`, which is one UTF-8 character.
char32_t code_point_of(std::string_view character);

/// True for a character that acts on a terminal, or on the text around it, instead of being seen:
/// controls (U+0000 to U+001F, U+007F to U+009F), line and paragraph separators (U+2028, U+2029),
/// and what embeds, overrides or isolates a direction of writing (U+202A to U+202E, U+2066 to
/// U+2069). With these, a name can look like another one. Right-to-left text needs none of them.
bool is_control(char32_t character);

}  // namespace zvfs
