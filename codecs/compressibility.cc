#include "codecs/compressibility.h"

#include <array>
#include <cstdint>
#include <cstring>

namespace zvfs {
namespace {

constexpr std::size_t kPieceSize = 64;
constexpr std::size_t kPieces = 64;
constexpr std::size_t kSampleSize = kPieces * kPieceSize;
constexpr std::size_t kFirstPieces = 8;
constexpr std::size_t kFirstSize = kFirstPieces * kPieceSize;

// Calls `look` with the start of each of `pieces` pieces, spread evenly over the content. For usual
// sizes, their distance is not a multiple of a page, so they hit all parts of pages and records.
template <typename Look>
void sample(ByteSpan content, std::size_t pieces, const Look& look) {
  const std::size_t stride = (content.size() - kPieceSize) / (pieces - 1);
  for (std::size_t i = 0; i < pieces; ++i) look(content.data() + i * stride);
}

// Whether about half of the bytes in a few pieces have their high bit set. That holds for random
// bytes (within five deviations), and hardly ever for text or programs. This costs a twentieth of
// counting the whole sample, which most frames are thus spared.
bool has_random_high_bits(ByteSpan content) {
  constexpr std::size_t kFiveDeviations = 56;  // of 512 coin tosses
  std::size_t high = 0;
  sample(content, kFirstPieces, [&](const std::byte* piece) {
    for (std::size_t i = 0; i < kPieceSize; ++i)
      high += std::to_integer<std::uint8_t>(piece[i]) >> 7;
  });
  return high >= kFirstSize / 2 - kFiveDeviations && high <= kFirstSize / 2 + kFiveDeviations;
}

// The bytes of a sample are counted in four histograms, so that equal neighbours do not have to
// wait for one another.
constexpr std::size_t kLanes = 4;
using Histogram = std::array<std::uint16_t, 256>;
using Histograms = std::array<Histogram, kLanes>;
static_assert(kSampleSize / kLanes <= UINT16_MAX);

void count(const std::byte* piece, Histograms& counts) {
  for (std::size_t i = 0; i < kPieceSize; i += kLanes) {
    for (std::size_t lane = 0; lane < kLanes; ++lane) {
      ++counts[lane][static_cast<std::uint8_t>(piece[i + lane])];
    }
  }
}

// The number of ordered pairs of equal bytes in the sample.
std::uint32_t equal_pairs(ByteSpan content) {
  Histograms counts{};
  sample(content, kPieces, [&](const std::byte* piece) { count(piece, counts); });
  std::uint32_t squares = 0;
  for (std::size_t value = 0; value < 256; ++value) {
    std::uint32_t n = 0;
    for (const Histogram& lane : counts) n += lane[value];
    squares += n * n;
  }
  return squares - static_cast<std::uint32_t>(kSampleSize);
}

}  // namespace

bool looks_random(ByteSpan content) {
  if (content.size() < kSampleSize || !has_random_high_bits(content)) return false;
  // Counting pairs needs no logarithms, so no rounding. Random bytes give one pair in 256
  // (deviation 0.6 %); an entropy of 8 - e bits gives about 1 + 1.39 e times as many. A limit of
  // 1 + 1/8 times means e < 0.09, a gain of 1.1 %.
  constexpr std::uint32_t kRandomPairs = kSampleSize * (kSampleSize - 1) / 256;
  return equal_pairs(content) <= kRandomPairs + kRandomPairs / 8;
}

}  // namespace zvfs
