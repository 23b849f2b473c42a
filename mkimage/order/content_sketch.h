#pragma once

#include <array>
#include <cstdint>

#include "base/bytes.h"

namespace zvfs {

/// What some content looks like, in 32 bytes: two sketches tell how much of their contents is the
/// same, wherever it lies in them. By min-hashing with one permutation: each string of 8 bytes in
/// the content is hashed into one of some bins, and a bin keeps something of its least hash. Two
/// contents agree in a bin as often as a string that is in either of them is in both.
/// A plain value.
class ContentSketch {
 public:
  static constexpr unsigned kBins = 16;
  static constexpr unsigned kPairs = kBins / 2;

  /// Of nothing: like no other.
  ContentSketch() = default;

  /// Of `content`. Takes some 2 ns a byte.
  static ContentSketch of(ByteSpan content);

  /// In how many bins, of kBins, both have the same string.
  [[nodiscard]] unsigned common_bins(const ContentSketch& other) const;

  /// Two neighbouring bins: sketches that agree in both have the same key, others hardly ever.
  /// 0 if one of the bins is empty. `pair` is less than kPairs.
  [[nodiscard]] std::uint64_t key(unsigned pair) const;

 private:
  std::array<std::uint16_t, kBins> bins_ = {};  // 0 in one that is empty
};

}  // namespace zvfs
