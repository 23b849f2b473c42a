// Bytes as text: RFC 4648.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace zvfs {

/// With padding.
std::string base64(std::string_view bytes);

/// The bytes of `text`, with padding or without; nothing when it has other characters.
std::optional<std::string> decode_base64(std::string_view text);

}  // namespace zvfs
