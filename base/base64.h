// Bytes as text: RFC 4648.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace zvfs {

/// Encodes with padding.
std::string base64(std::string_view bytes);

/// Decodes `text`, with or without padding; nothing if it has other characters.
std::optional<std::string> decode_base64(std::string_view text);

}  // namespace zvfs
