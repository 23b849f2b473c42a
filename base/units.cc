#include "base/units.h"

#include <array>
#include <cctype>
#include <charconv>
#include <limits>

#include "base/quoting.h"

namespace zvfs {
namespace {

constexpr std::uint64_t divide_up(std::uint64_t number, std::uint64_t by) {
  return number / by + (number % by > 0 ? 1 : 0);
}

}  // namespace

std::string human_size(std::uint64_t size_bytes) {
  constexpr std::string_view kSuffixes = "KMGTPE";
  if (size_bytes < kKiB) return std::to_string(size_bytes);
  for (unsigned suffix = 0;; ++suffix) {
    const unsigned shift = 10 * (suffix + 1);
    const std::uint64_t unit = std::uint64_t{1} << shift;
    const std::uint64_t whole = size_bytes >> shift;
    const std::uint64_t rest = size_bytes & (unit - 1);
    const std::uint64_t tenths = 10 * whole + divide_up(10 * rest, unit);
    if (tenths < 100) return fmt::format("{}.{}{}", tenths / 10, tenths % 10, kSuffixes[suffix]);
    const std::uint64_t rounded = whole + (rest > 0 ? 1 : 0);
    if (rounded < 1024) return fmt::format("{}{}", rounded, kSuffixes[suffix]);
  }
}

Result<std::uint64_t> parse_size(std::string_view text) {
  const auto invalid = [&] {
    return fail(ErrorCode::kInvalidArgument, "'{}' is not a size", quote_name(text));
  };
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{}) return invalid();
  std::string_view suffix(end, static_cast<std::size_t>(text.data() + text.size() - end));
  if (suffix.empty()) return number;

  constexpr std::string_view kUnits = "kmgt";
  const auto unit =
      kUnits.find(static_cast<char>(std::tolower(static_cast<unsigned char>(suffix.front()))));
  if (unit == std::string_view::npos) return invalid();
  suffix.remove_prefix(1);
  if (!suffix.empty() && suffix != "iB" && suffix != "B") return invalid();
  const auto shift = static_cast<unsigned>(10 * (unit + 1));
  if (number > std::numeric_limits<std::uint64_t>::max() >> shift) return invalid();
  return number << shift;
}

}  // namespace zvfs
