#include "trust/sha256_backend.h"

#include <charconv>
#include <cstdint>
#include <openssl/crypto.h>
#include <optional>
#include <string_view>

#include <fmt/core.h>

namespace zvfs {
namespace {

// The hexadecimal number behind `name` in what OpenSSL says of the processor.
std::optional<std::uint64_t> number_behind(std::string_view name, std::string_view text) {
  const std::size_t at = text.find(name);
  if (at == text.npos) return std::nullopt;
  text.remove_prefix(at + name.size());
  std::uint64_t number = 0;
  const bool is_number =
      std::from_chars(text.data(), text.data() + text.size(), number, 16).ec == std::errc();
  return is_number ? std::optional(number) : std::nullopt;
}

// OpenSSL's manual, OPENSSL_ia32cap(3): the second number has EBX of CPUID's leaf 7, whose bit 29
// is SHA. On ARM, crypto/arm_arch.h: ARMV8_SHA256. Both obey the variables of the environment that
// turn them off.
std::string_view instructions() {
  const char* const settings = OPENSSL_info(OPENSSL_INFO_CPU_SETTINGS);
  const std::string_view text = settings == nullptr ? "" : settings;
  constexpr std::string_view kIntel = "OPENSSL_ia32cap=0x";
  if (const std::size_t at = text.find(kIntel); at != text.npos) {
    const auto leaf7 = number_behind(":0x", text.substr(at));
    return leaf7.value_or(0) >> 29 & 1 ? "sha-ni" : "no instructions";
  }
  const auto arm = number_behind("OPENSSL_armcap=0x", text);
  return arm.value_or(0) >> 4 & 1 ? "armv8 sha2" : "no instructions";
}

}  // namespace

std::string sha256_backend() {
  return fmt::format("OpenSSL {} ({})", OpenSSL_version(OPENSSL_VERSION_STRING), instructions());
}

}  // namespace zvfs
