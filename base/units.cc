#include "base/units.h"

#include <array>
#include <cctype>
#include <charconv>
#include <limits>

namespace zvfs {

std::string human_size(std::uint64_t size_bytes) {
  constexpr std::string_view kSuffixes = "KMGTPE";
  if (size_bytes < kKiB) return std::to_string(size_bytes);
  double scaled = static_cast<double>(size_bytes);
  std::size_t suffix = 0;
  for (scaled /= 1024; scaled >= 1023.5 && suffix + 1 < kSuffixes.size(); scaled /= 1024) ++suffix;
  return scaled < 9.95 ? fmt::format("{:.1f}{}", scaled, kSuffixes[suffix])
                       : fmt::format("{:.0f}{}", scaled, kSuffixes[suffix]);
}

Result<std::uint64_t> parse_size(std::string_view text) {
  const auto invalid = [&] {
    return fail(ErrorCode::kInvalidArgument, "'{}' is not a size", text);
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
