// The kernels of simd.h for particular kinds of CPU. Call each only on such a CPU.
#pragma once

#include <cstddef>
#include <cstdint>

namespace zvfs {

#if defined(__x86_64__)
bool all_equal_avx2(const std::byte* data, std::size_t size);
std::uint64_t xxh64_avx512(const std::byte* data, std::size_t size);
#elif defined(__aarch64__)
bool all_equal_neon(const std::byte* data, std::size_t size);
#endif

}  // namespace zvfs
