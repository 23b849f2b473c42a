#include "codecs/compressibility.h"

#include <array>
#include <cstdint>
#include <cstring>

namespace zvfs {
namespace {

constexpr std::size_t kPieces = 64;
constexpr std::size_t kPieceSize = 64;
constexpr std::size_t kSampleSize = kPieces * kPieceSize;

// Counts the bytes of a piece in four histograms, so that equal neighbours do not wait for one
// another.
using Histograms = std::array<std::array<std::uint32_t, 256>, 4>;
void count(const std::byte* piece, Histograms& counts) {
  for (std::size_t i = 0; i < kPieceSize; i += 4) {
    for (std::size_t lane = 0; lane < 4; ++lane) {
      ++counts[lane][static_cast<std::uint8_t>(piece[i + lane])];
    }
  }
}

}  // namespace

bool looks_random(ByteSpan content) {
  if (content.size() < kSampleSize) return false;
  Histograms counts{};
  // Not a multiple of a page for the usual sizes: all places of pages and records are sampled.
  const std::size_t stride = (content.size() - kPieceSize) / (kPieces - 1);
  for (std::size_t i = 0; i < kPieces; ++i) count(content.data() + i * stride, counts);

  // The number of ordered pairs of equal bytes. It needs no logarithms, so no rounding: random
  // bytes give one pair in 256 (deviation 0.6 %), and an entropy of 8 - e bits about
  // 1 + 1.39 e times as many. At most 1 + 1/8 times is e < 0.09, a gain of 1.1 %.
  std::uint64_t squares = 0;
  for (std::size_t value = 0; value < 256; ++value) {
    const std::uint64_t n =
        counts[0][value] + counts[1][value] + counts[2][value] + counts[3][value];
    squares += n * n;
  }
  constexpr std::uint64_t kRandomPairs = kSampleSize * (kSampleSize - 1) / 256;
  return squares - kSampleSize <= kRandomPairs + kRandomPairs / 8;
}

}  // namespace zvfs
