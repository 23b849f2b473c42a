// Little-endian integers in byte sequences: the one reader through which every integer of an
// image goes, and the writer that mirrors it.
#pragma once

#include <algorithm>
#include <bit>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>
#include <type_traits>
#include <vector>

namespace zvfs {

using ByteSpan = std::span<const std::byte>;
using MutableByteSpan = std::span<std::byte>;
using ByteVector = std::vector<std::byte>;

static_assert(std::endian::native == std::endian::little,
              "integers are copied, not swapped: a big-endian port starts here");

inline ByteSpan as_bytes(std::string_view text) {
  return std::as_bytes(std::span(text.data(), text.size()));
}
inline std::string_view as_text(ByteSpan bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

/// Reads little-endian integers from the front of a span, never past its end: a read that would
/// pass the end gives 0 and empties the reader, and `ok()` is false from then on. So a caller can
/// read a whole record and check once. Borrows the span. Not thread-safe.
class ByteReader {
 public:
  explicit ByteReader(ByteSpan bytes) : rest_(bytes) {}

  template <std::unsigned_integral T>
  T read() {
    T value = 0;
    const ByteSpan bytes = take(sizeof(T));
    if (!bytes.empty()) std::memcpy(&value, bytes.data(), sizeof(T));
    return value;
  }
  std::uint8_t u8() { return read<std::uint8_t>(); }
  std::uint16_t u16() { return read<std::uint16_t>(); }
  std::uint32_t u32() { return read<std::uint32_t>(); }
  std::uint64_t u64() { return read<std::uint64_t>(); }

  /// The next `count` bytes, or an empty span (and !ok()) when fewer are left.
  ByteSpan take(std::size_t count) {
    if (count > rest_.size()) {
      ok_ = false;
      rest_ = {};
      return {};
    }
    const ByteSpan taken = rest_.first(count);
    rest_ = rest_.subspan(count);
    return taken;
  }

  [[nodiscard]] bool ok() const { return ok_; }
  [[nodiscard]] std::size_t remaining() const { return rest_.size(); }

 private:
  ByteSpan rest_;
  bool ok_ = true;
};

/// Appends little-endian integers and bytes to a vector that it borrows. Not thread-safe.
class ByteWriter {
 public:
  explicit ByteWriter(ByteVector& out) : out_(out) {}

  template <std::unsigned_integral T>
  void write(T value) {
    append(std::as_bytes(std::span(&value, 1)));
  }
  void u8(std::uint8_t value) { write(value); }
  void u16(std::uint16_t value) { write(value); }
  void u32(std::uint32_t value) { write(value); }
  void u64(std::uint64_t value) { write(value); }
  void append(ByteSpan bytes) { out_.insert(out_.end(), bytes.begin(), bytes.end()); }
  void append(std::string_view text) { append(as_bytes(text)); }
  void zeros(std::size_t count) { out_.resize(out_.size() + count); }

 private:
  ByteVector& out_;
};

}  // namespace zvfs
