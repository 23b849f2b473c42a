#include "trust/key_text.h"

#include "base/base64.h"
#include "base/quoting.h"

namespace zvfs {

std::string KeyId::text() const { return fmt::format("{:016X}", value); }

Result<std::string_view> KeyText::line(std::string_view what) {
  ++number_;
  if (rest_.empty()) {
    return fail(ErrorCode::kInvalidArgument, "line {}: missing; expected {}", number_, what);
  }
  const std::size_t end = rest_.find('\n');
  if (end == rest_.npos) {
    return fail(ErrorCode::kInvalidArgument, "line {}: has no end; the file is cut off", number_);
  }
  std::string_view line = rest_.substr(0, end);
  rest_.remove_prefix(end + 1);
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

Result<std::string_view> KeyText::comment(std::string_view label) {
  const std::string_view text = ZVFS_TRY(line(fmt::format("'{}'", label)));
  if (!text.starts_with(label)) {
    return fail(ErrorCode::kInvalidArgument, "line {}: does not begin with '{}'", number_, label);
  }
  return text.substr(label.size());
}

Result<std::string> KeyText::bytes(std::size_t size, std::string_view what) {
  const std::string_view text = ZVFS_TRY(line(what));
  auto bytes = decode_base64(text);
  // Written in one way only: with padding, and with zeros in the bits that mean nothing.
  if (!bytes || base64(*bytes) != text) {
    return fail(ErrorCode::kInvalidArgument, "line {}: not base64; expected {}", number_, what);
  }
  if (bytes->size() != size) {
    return fail(ErrorCode::kInvalidArgument, "line {}: {} bytes in base64; {} has {}", number_,
                bytes->size(), what, size);
  }
  return *std::move(bytes);
}

Result<void> KeyText::require_end() {
  if (is_at_end()) return {};
  return fail(ErrorCode::kInvalidArgument, "line {}: nothing may follow line {}", number_ + 1,
              number_);
}

}  // namespace zvfs
