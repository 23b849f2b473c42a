#include "mkimage/rules/pseudo_xattr.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <string>

#include "base/base64.h"
#include "base/quoting.h"
#include "format/records.h"

namespace zvfs {
namespace {

std::optional<std::string> decode_hex(std::string_view text) {
  if (text.size() % 2 != 0) return std::nullopt;
  std::string out;
  for (; !text.empty(); text.remove_prefix(2)) {
    std::uint8_t byte = 0;
    const auto parsed = std::from_chars(text.data(), text.data() + 2, byte, 16);
    if (parsed.ec != std::errc() || parsed.ptr != text.data() + 2) return std::nullopt;
    out += static_cast<char>(byte);
  }
  return out;
}

std::optional<std::string> decode_text(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const char c = text.front();
    text.remove_prefix(1);
    if (c != '\\') {
      out += c;
      continue;
    }
    if (text.starts_with('\\')) {
      out += '\\';
      text.remove_prefix(1);
      continue;
    }
    std::uint8_t byte = 0;
    const char* const end = text.data() + std::min<std::size_t>(3, text.size());
    const auto parsed = std::from_chars(text.data(), end, byte, 8);
    if (parsed.ec != std::errc() || parsed.ptr != text.data() + 3) return std::nullopt;
    out += static_cast<char>(byte);
    text.remove_prefix(3);
  }
  return out;
}

std::optional<std::string> decode(std::string_view value) {
  if (value.size() < 2 || value[0] != '0') return std::string(value);
  const std::string_view digits = value.substr(2);
  switch (value[1]) {
    case 'x':
    case 'X':
      return decode_hex(digits);
    case 's':
    case 'S':
      return decode_base64(digits);
    case 't':
    case 'T':
      return decode_text(digits);
    default:
      return std::string(value);
  }
}

bool is_name(std::string_view name) {
  constexpr std::array<std::string_view, 3> kNamespaces = {"user.", "trusted.", "security."};
  const auto names_it = [&](std::string_view prefix) {
    return name.starts_with(prefix) && name.size() > prefix.size();
  };
  return name.size() <= kMaxNameLength && name.find('\0') == name.npos &&
         std::ranges::any_of(kNamespaces, names_it);
}

}  // namespace

Result<Xattr> parse_pseudo_xattr(std::string_view text) {
  const std::size_t equals = text.find('=');
  const std::string_view name = text.substr(0, equals);
  if (equals == text.npos) {
    return fail(ErrorCode::kInvalidArgument, "'{}' is not NAME=VALUE", shown_name(text));
  }
  if (!is_name(name)) {
    return fail(ErrorCode::kInvalidArgument,
                "'{}' is not a name in the namespaces user, trusted or security", shown_name(name));
  }
  const auto value = decode(text.substr(equals + 1));
  if (!value) {
    return fail(ErrorCode::kInvalidArgument,
                "the value of '{}' is not valid hexadecimal, base64 or octal text",
                shown_name(name));
  }
  if (value->size() > XattrSet::kMaxValueSize) {
    return fail(ErrorCode::kInvalidArgument, "the value of '{}' has {} bytes; the limit is {}",
                shown_name(name), value->size(), XattrSet::kMaxValueSize);
  }
  const ByteSpan bytes = std::as_bytes(std::span(*value));
  return Xattr{std::string(name), ByteVector(bytes.begin(), bytes.end())};
}

}  // namespace zvfs
