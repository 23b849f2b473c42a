#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/result.h"

namespace zvfs {

/// The most bytes that a file with a key or a signature may have. Those of signify and minisign
/// have some 100 to 400; minisign's comments have at most 8 KiB.
inline constexpr std::size_t kMaxKeyFileSize = std::size_t{16} << 10;

/// What names a key in its file and in the signatures that it makes: a random number.
struct KeyId {
  std::uint64_t value = 0;

  bool operator==(const KeyId&) const = default;

  /// 16 hexadecimal digits, as minisign prints it, though that leaves out leading zeros.
  [[nodiscard]] std::string text() const;
};

/// Reads the lines of a file of signify(1) or minisign(1): comments behind their labels, and bytes
/// in base64. Lines may end as those of Windows. Borrows the text. Errors are InvalidArgument and
/// name the line.
class KeyText {
 public:
  explicit KeyText(std::string_view text) : rest_(text) {}

  /// The rest of the next line, which must begin with `label`.
  Result<std::string_view> comment(std::string_view label);

  /// The next line: exactly `size` bytes in base64, with padding. `what` is for messages.
  Result<std::string> bytes(std::size_t size, std::string_view what);

  [[nodiscard]] bool is_at_end() const { return rest_.empty(); }
  Result<void> require_end();

 private:
  Result<std::string_view> line(std::string_view what);

  std::string_view rest_;
  unsigned number_ = 0;  // of the line that was read last, from 1
};

}  // namespace zvfs
