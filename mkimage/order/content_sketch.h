#pragma once

#include <array>
#include <cstdint>

#include "base/bytes.h"

namespace zvfs {

/// A sketch of some content in 32 bytes: two sketches tell how much their contents have in common,
/// wherever it is in them. This is min-hashing with one permutation: each string of 8 bytes in the
/// content is hashed into one of kBins bins, and a bin keeps a part of its least hash. The share of
/// bins in which two sketches agree is about the share of strings that both contents have, among
/// those in either.
/// A plain value.
class ContentSketch {
 public:
  static constexpr unsigned kBins = 16;
  static constexpr unsigned kPairs = kBins / 2;

  /// The sketch of nothing: like no other.
  ContentSketch() = default;

  /// The sketch of `content`. Takes some 2 ns per byte.
  static ContentSketch of(ByteSpan content);

  /// The number of bins, up to kBins, in which both have the same string.
  [[nodiscard]] unsigned common_bins(const ContentSketch& other) const;

  /// A key for two neighbouring bins: sketches that agree in both have the same key, others hardly
  /// ever. 0 if one of the bins is empty. `pair` is less than kPairs.
  [[nodiscard]] std::uint64_t key(unsigned pair) const;

 private:
  std::array<std::uint16_t, kBins> bins_ = {};  // 0 for an empty one
};

}  // namespace zvfs
