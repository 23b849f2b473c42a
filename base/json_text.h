#pragma once

#include <string_view>

#include <nlohmann/json.hpp>

namespace zvfs {

/// Sets object[key] to `bytes`. JSON holds Unicode alone: where `bytes` are not UTF-8, what is not
/// becomes U+FFFD, and object["<key>_base64"] has the bytes themselves.
void put_text(nlohmann::ordered_json& object, std::string_view key, std::string_view bytes);

}  // namespace zvfs
