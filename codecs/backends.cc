#include "codecs/backends.h"

#include <fmt/core.h>
#include <xxhash.h>

#include "codecs/lz4_codec.h"
#include "codecs/simd.h"
#include "codecs/zstd_codec.h"

namespace zvfs {
namespace {

// libzstd asks the CPU the same question; tests/unit/codecs/zstd_bmi2_test.cc checks what follows.
bool zstd_uses_bmi2() {
#if defined(__x86_64__)
  return __builtin_cpu_supports("bmi2") != 0;
#else
  return false;
#endif
}

std::string xxhash_version() {
  const unsigned version = XXH_versionNumber();
  return fmt::format("{}.{}.{}", version / 10000, version / 100 % 100, version % 100);
}

}  // namespace

std::vector<std::pair<std::string, std::string>> codec_backends() {
  return {{"zstd", fmt::format("{}{}", zstd_version(), zstd_uses_bmi2() ? " (bmi2)" : "")},
          {"lz4", lz4_version()},
          {"xxhash", xxhash_version()},
          {"simd", std::string(to_string(simd_backend()))}};
}

}  // namespace zvfs
