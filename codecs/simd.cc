#include "codecs/simd.h"

#include <cstdlib>
#include <cstring>
#include <vector>

#include <xxhash.h>

#include "base/quoting.h"
#include "codecs/simd_kernels.h"

namespace zvfs {
namespace {

bool all_equal_scalar(const std::byte* data, std::size_t size) {
  return std::memcmp(data, data + 1, size - 1) == 0;
}

std::uint64_t xxh64_scalar(const std::byte* data, std::size_t size) { return XXH64(data, size, 0); }

constexpr SimdKernels kScalar{all_equal_scalar, xxh64_scalar};
#if defined(__x86_64__)
constexpr SimdKernels kAvx2{all_equal_avx2, xxh64_scalar};
constexpr SimdKernels kAvx512{all_equal_avx2, xxh64_avx512};
#elif defined(__aarch64__)
constexpr SimdKernels kNeon{all_equal_neon, xxh64_scalar};
#endif

std::vector<SimdBackend> find_available() {
  std::vector<SimdBackend> found = {SimdBackend::kScalar};
#if defined(__x86_64__)
  __builtin_cpu_init();
  if (__builtin_cpu_supports("avx2")) found.push_back(SimdBackend::kAvx2);
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("avx512vl") &&
      __builtin_cpu_supports("avx512dq")) {
    found.push_back(SimdBackend::kAvx512);
  }
#elif defined(__aarch64__)
  found.push_back(SimdBackend::kNeon);
#endif
  return found;
}

// Whether the AVX-512 kernels pay. They multiply 64-bit numbers, which takes 15 cycles on Intel's
// CPUs and 3 on AMD's.
bool multiplies_fast() {
#if defined(__x86_64__)
  return __builtin_cpu_is("amd") != 0;
#else
  return false;
#endif
}

SimdBackend fastest() {
  const SimdBackend best = available_simd().back();
  return best == SimdBackend::kAvx512 && !multiplies_fast() ? SimdBackend::kAvx2 : best;
}

std::string_view environment_choice() {
  const char* const name = std::getenv("ZVFS_SIMD");
  return name == nullptr ? std::string_view() : name;
}

}  // namespace

std::string_view to_string(SimdBackend backend) {
  switch (backend) {
    case SimdBackend::kScalar:
      return "scalar";
    case SimdBackend::kAvx2:
      return "avx2";
    case SimdBackend::kAvx512:
      return "avx512";
    case SimdBackend::kNeon:
      return "neon";
  }
  return "unknown";
}

std::span<const SimdBackend> available_simd() {
  static const std::vector<SimdBackend> available = find_available();
  return available;
}

const SimdKernels& simd_kernels(SimdBackend backend) {
  switch (backend) {
#if defined(__x86_64__)
    case SimdBackend::kAvx2:
      return kAvx2;
    case SimdBackend::kAvx512:
      return kAvx512;
#elif defined(__aarch64__)
    case SimdBackend::kNeon:
      return kNeon;
#endif
    default:
      return kScalar;
  }
}

Result<SimdBackend> choose_simd(std::string_view name) {
  if (name.empty()) return fastest();
  std::string names;
  for (const SimdBackend backend : available_simd()) {
    if (to_string(backend) == name) return backend;
    names += names.empty() ? "" : ", ";
    names += to_string(backend);
  }
  return fail(ErrorCode::kInvalidArgument, "this CPU does not support '{}', only {}",
              quote_name(name), names);
}

SimdBackend simd_backend() {
  static const SimdBackend backend = [] {
    const auto chosen = choose_simd(environment_choice());
    return chosen ? *chosen : fastest();
  }();
  return backend;
}

const SimdKernels& simd() {
  static const SimdKernels& kernels = simd_kernels(simd_backend());
  return kernels;
}

Result<void> check_simd() {
  auto chosen = choose_simd(environment_choice());
  if (!chosen) return Unexpected(std::move(chosen).error().within("ZVFS_SIMD"));
  return {};
}

}  // namespace zvfs
