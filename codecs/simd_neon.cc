#if defined(__aarch64__)

#include <arm_neon.h>

#include "codecs/simd_kernels.h"

namespace zvfs {
namespace {

uint8x16_t load(const std::byte* from) { return vld1q_u8(reinterpret_cast<const uint8_t*>(from)); }

}  // namespace

bool all_equal_neon(const std::byte* data, std::size_t size) {
  constexpr std::size_t kStep = 4 * sizeof(uint8x16_t);
  const std::byte value = data[0];
  const uint8x16_t first = vdupq_n_u8(static_cast<uint8_t>(value));
  const std::byte* const end = data + size;
  for (; static_cast<std::size_t>(end - data) >= kStep; data += kStep) {
    const uint8x16_t a = veorq_u8(first, load(data));
    const uint8x16_t b = veorq_u8(first, load(data + sizeof(uint8x16_t)));
    const uint8x16_t c = veorq_u8(first, load(data + 2 * sizeof(uint8x16_t)));
    const uint8x16_t d = veorq_u8(first, load(data + 3 * sizeof(uint8x16_t)));
    if (vmaxvq_u8(vorrq_u8(vorrq_u8(a, b), vorrq_u8(c, d))) != 0) return false;
  }
  for (; data != end; ++data) {
    if (*data != value) return false;
  }
  return true;
}

}  // namespace zvfs

#endif
