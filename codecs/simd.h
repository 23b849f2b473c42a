// Our own kernels, in versions for what a CPU can do. Only those that were measured to beat what
// the libraries and libc dispatch by themselves are here (docs/codecs.md, "SIMD").
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

/// The kernels of a backend. All backends give the same results. Those that a backend has no
/// version of its own for are the ones of the backend before it.
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

/// The backend that `name` asks for: by its name, or the fastest for an empty one.
/// Errors: InvalidArgument (no backend of that name; this CPU cannot run it).
Result<SimdBackend> choose_simd(std::string_view name);

/// The backend in use: chosen once, by the environment variable ZVFS_SIMD if that is set. Where
/// it names none that is available the fastest is taken; tools ask check_simd() first.
SimdBackend simd_backend();
const SimdKernels& simd();

/// Errors: those of choose_simd() for ZVFS_SIMD, whose name is in the message.
Result<void> check_simd();

}  // namespace zvfs
