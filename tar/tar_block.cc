#include "tar/tar_block.h"

#include <algorithm>
#include <limits>

namespace zvfs {
namespace {

constexpr std::size_t kChecksumBegin = 148;
constexpr std::size_t kChecksumEnd = 156;

std::optional<std::int64_t> octal(std::string_view digits) {
  const std::size_t begin = digits.find_first_not_of(' ');
  if (begin == digits.npos) return 0;
  std::uint64_t value = 0;
  for (const char c : digits.substr(begin)) {
    if (c == ' ') break;
    if (c < '0' || c > '7' || value >> 60 != 0) return std::nullopt;
    value = value << 3 | static_cast<std::uint64_t>(c - '0');
  }
  return static_cast<std::int64_t>(value);
}

// A two's complement number of all bits but the highest, which marks this encoding.
std::optional<std::int64_t> base_256(ByteSpan bytes) {
  const auto first = static_cast<std::uint8_t>(bytes[0]);
  const bool negative = (first & 0x40) != 0;
  // Sign-extended to 7 bits and eight-bit digits.
  std::uint64_t value = negative ? ~std::uint64_t{0x3F} | (first & 0x3F) : first & 0x3F;
  for (const std::byte byte : bytes.subspan(1)) {
    const std::uint64_t top = value >> 55;  // must be all sign bits before the shift
    if (top != (negative ? 0x1FF : 0)) return std::nullopt;
    value = value << 8 | static_cast<std::uint8_t>(byte);
  }
  return static_cast<std::int64_t>(value);
}

}  // namespace

bool TarBlock::is_zero() const {
  return std::ranges::all_of(bytes_, [](std::byte byte) { return byte == std::byte{0}; });
}

bool TarBlock::has_checksum() const {
  std::int64_t sum = 0;
  std::int64_t signed_sum = 0;  // as some old programs computed it on some machines
  for (std::size_t i = 0; i < bytes_.size(); ++i) {
    const bool own = i >= kChecksumBegin && i < kChecksumEnd;
    const auto byte = own ? std::uint8_t{' '} : static_cast<std::uint8_t>(bytes_[i]);
    sum += byte;
    signed_sum += static_cast<std::int8_t>(byte);
  }
  const auto stored = number(kChecksumBegin, kChecksumEnd - kChecksumBegin);
  return stored && (*stored == sum || *stored == signed_sum);
}

bool TarBlock::is_gnu() const {
  return as_text(bytes_.subspan(257, 8)) == std::string_view("ustar  \0", 8);
}

// As GNU tar tells it: two octal numbers with spaces at their ends stand where ustar's prefix ends,
// which must then be shorter.
bool TarBlock::is_star() const {
  const bool is_ustar = as_text(bytes_.subspan(257, 6)) == std::string_view("ustar\0", 6);
  const std::string_view times = as_text(bytes_.subspan(476, 24));
  const auto is_octal = [](char c) { return c >= '0' && c <= '7'; };
  return is_ustar && bytes_[475] == std::byte{0} && is_octal(times[0]) && times[11] == ' ' &&
         is_octal(times[12]) && times[23] == ' ';
}

bool TarBlock::sparse_continues() const {
  if (is_gnu()) return bytes_[482] != std::byte{0};
  const bool has_run = bytes_[345] == std::byte{0} && bytes_[kStarRuns + 10] != std::byte{0};
  return !has_run || bytes_[355] != std::byte{0};
}

std::string TarBlock::path() const {
  const bool is_ustar = as_text(bytes_.subspan(257, 6)) == std::string_view("ustar\0", 6);
  std::string path;
  if (is_ustar && !text(345, 155).empty()) path = std::string(text(345, 155)) + '/';
  return path += text(0, 100);
}

std::string_view TarBlock::link_name() const { return text(157, 100); }

std::string_view TarBlock::user_name() const { return has_magic() ? text(265, 32) : ""; }

std::string_view TarBlock::group_name() const { return has_magic() ? text(297, 32) : ""; }

// True for ustar and for GNU tar.
bool TarBlock::has_magic() const { return as_text(bytes_.subspan(257, 5)) == "ustar"; }

std::string_view TarBlock::text(std::size_t offset, std::size_t size) const {
  const std::string_view field = as_text(bytes_.subspan(offset, size));
  return field.substr(0, field.find('\0'));
}

std::optional<std::int64_t> TarBlock::number(std::size_t offset, std::size_t size) const {
  if ((bytes_[offset] & std::byte{0x80}) != std::byte{0}) {
    return base_256(bytes_.subspan(offset, size));
  }
  return octal(text(offset, size));
}

std::optional<TarBlock::Run> TarBlock::run(std::size_t offset) const {
  if (bytes_[offset + 12] == std::byte{0}) return std::nullopt;
  const auto begin = number(offset, 12);
  const auto length = number(offset + 12, 12);
  if (!begin || !length) return std::nullopt;
  return Run{*begin, *length};
}

}  // namespace zvfs
