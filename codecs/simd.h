// Our own kernels, in versions for different CPUs. Only those are here that measurably beat what
// the libraries and libc dispatch by themselves (docs/codecs.md, "SIMD").
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "base/result.h"

namespace zvfs {

enum class SimdBackend : std::uint8_t { kScalar, kAvx2, kAvx512, kNeon };

/// "scalar", "avx2", "avx512" or "neon".
std::string_view to_string(SimdBackend backend);

/// The kernels of a backend. All backends give the same results. A backend without its own version
/// of a kernel uses that of the backend before it.
struct SimdKernels {
  /// Whether `size` bytes, at least 1, are all the same.
  bool (*all_equal)(const std::byte* data, std::size_t size);
  /// XXH64 with seed 0.
  std::uint64_t (*xxh64)(const std::byte* data, std::size_t size);
};

/// The backends that this CPU can run, scalar first.
std::span<const SimdBackend> available_simd();

/// The kernels of `backend`, which must be available.
const SimdKernels& simd_kernels(SimdBackend backend);

/// The backend that `name` requests; the fastest if `name` is empty.
/// Errors: InvalidArgument (no backend of that name; this CPU cannot run it).
Result<SimdBackend> choose_simd(std::string_view name);

/// The backend in use, chosen once: by the environment variable ZVFS_SIMD if set. If that names
/// none that is available, the fastest is used; tools call check_simd() first.
SimdBackend simd_backend();
const SimdKernels& simd();

/// Errors: those of choose_simd() for ZVFS_SIMD, whose name is in the message.
Result<void> check_simd();

}  // namespace zvfs
