#include "mkimage/order/content_sketch.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <limits>

namespace zvfs {
namespace {

constexpr std::size_t kStringSize = 8;
constexpr std::uint64_t kNoHash = std::numeric_limits<std::uint64_t>::max();

std::uint64_t string_at(const std::byte* bytes) {
  std::uint64_t value;
  std::memcpy(&value, bytes, sizeof(value));
  return value;
}

// The finalizer of SplitMix64: every bit of the string affects every bit of the hash.
std::uint64_t hash_of(std::uint64_t value) {
  value = (value ^ value >> 30) * 0xBF58476D1CE4E5B9;
  value = (value ^ value >> 27) * 0x94D049BB133111EB;
  return value ^ value >> 31;
}

}  // namespace

// The lowest bits of a hash choose the bin, the highest bits decide which hash is the least, and
// the bits between, which are independent of both, are kept.
ContentSketch ContentSketch::of(ByteSpan content) {
  static_assert(std::has_single_bit(kBins));
  std::array<std::uint64_t, kBins> least;
  least.fill(kNoHash);
  for (std::size_t end = kStringSize; end <= content.size(); ++end) {
    const std::uint64_t hash = hash_of(string_at(content.data() + end - kStringSize));
    std::uint64_t& bin = least[hash % kBins];
    bin = std::min(bin, hash);
  }
  ContentSketch sketch;
  for (unsigned bin = 0; bin < kBins; ++bin) {
    if (least[bin] == kNoHash) continue;
    const auto kept = static_cast<std::uint16_t>(least[bin] / kBins);
    sketch.bins_[bin] = std::max<std::uint16_t>(kept, 1);
  }
  return sketch;
}

unsigned ContentSketch::common_bins(const ContentSketch& other) const {
  unsigned common = 0;
  for (unsigned bin = 0; bin < kBins; ++bin) {
    if (bins_[bin] != 0 && bins_[bin] == other.bins_[bin]) ++common;
  }
  return common;
}

std::uint64_t ContentSketch::key(unsigned pair) const {
  const std::uint64_t first = bins_[2 * pair];
  const std::uint64_t second = bins_[2 * pair + 1];
  return first == 0 || second == 0 ? 0 : first << 16 | second;
}

}  // namespace zvfs
