#include "trust/root_digest.h"

#include <charconv>

#include "base/quoting.h"

namespace zvfs {
namespace {

constexpr std::string_view kAlgorithm = "sha256:";

}  // namespace

std::string RootDigest::text() const { return to_text(bytes); }

std::string RootDigest::signed_text() const { return fmt::format("zvfs-root {}\n", text()); }

Result<RootDigest> RootDigest::parse(std::string_view text) {
  const auto refuse = [&] {
    return fail(ErrorCode::kInvalidArgument, "{}: not a digest; give {} and {} hexadecimal digits",
                quote_name(text), kAlgorithm, 2 * sizeof(Sha256Digest));
  };
  if (!text.starts_with(kAlgorithm)) return refuse();
  const std::string_view digits = text.substr(kAlgorithm.size());
  RootDigest digest;
  if (digits.size() != 2 * digest.bytes.size()) return refuse();
  for (std::size_t i = 0; i < digest.bytes.size(); ++i) {
    unsigned value = 0;
    const char* const begin = digits.data() + 2 * i;
    if (std::from_chars(begin, begin + 2, value, 16).ptr != begin + 2) return refuse();
    digest.bytes[i] = static_cast<std::byte>(value);
  }
  return digest;
}

}  // namespace zvfs
