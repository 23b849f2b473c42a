#include "base/timestamp.h"

#include <charconv>
#include <ctime>
#include <limits>
#include <optional>
#include <string>

#include "base/quoting.h"

namespace zvfs {
namespace {

/// Takes parts off the front of a date. Each call returns false and takes nothing if the part that
/// it looks for is not there.
class DateText {
 public:
  explicit DateText(std::string_view text) : rest_(text) {}

  [[nodiscard]] bool starts_with(char c) const { return rest_.starts_with(c); }
  bool take(std::string_view word) {
    if (!rest_.starts_with(word)) return false;
    rest_.remove_prefix(word.size());
    return true;
  }
  // A number of exactly `digits` digits, in the given range.
  bool take_number(std::size_t digits, int min, int max, int& out) {
    int value = 0;
    const std::string_view text = rest_.substr(0, digits);
    const char* const end = text.data() + text.size();
    const bool is_number = text.size() == digits && text.front() != '-' &&
                           std::from_chars(text.data(), end, value).ptr == end;
    if (!is_number || value < min || value > max) return false;
    rest_.remove_prefix(digits);
    out = value;
    return true;
  }
  // The digits after a point, as billionths.
  bool take_fraction(std::uint32_t& nanoseconds) {
    constexpr std::uint32_t kFirstDigit = 100'000'000;
    nanoseconds = 0;
    std::size_t count = 0;
    for (std::uint32_t place = kFirstDigit; count < rest_.size() && place > 0; place /= 10) {
      if (rest_[count] < '0' || rest_[count] > '9') break;
      nanoseconds += static_cast<std::uint32_t>(rest_[count++] - '0') * place;
    }
    rest_.remove_prefix(count);
    return count > 0;
  }
  bool take_seconds(std::int64_t& seconds) {
    const auto [end, error] = std::from_chars(rest_.data(), rest_.data() + rest_.size(), seconds);
    if (error != std::errc()) return false;
    rest_.remove_prefix(static_cast<std::size_t>(end - rest_.data()));
    return true;
  }
  [[nodiscard]] bool ended() const { return rest_.empty(); }

 private:
  std::string_view rest_;
};

std::optional<Timestamp> parse_seconds(DateText text) {
  Timestamp time;
  const bool is_negative = text.starts_with('-');
  if (!text.take_seconds(time.seconds)) return std::nullopt;
  if (text.take(".") && !text.take_fraction(time.nanoseconds)) return std::nullopt;
  if (!text.ended()) return std::nullopt;
  if (is_negative && time.nanoseconds > 0) {
    // 1.5 s before 1970 are 0.5 s after the second that is 2 s before.
    constexpr std::uint32_t kSecond = 1'000'000'000;
    if (time.seconds == std::numeric_limits<std::int64_t>::min()) return std::nullopt;
    --time.seconds;
    time.nanoseconds = kSecond - time.nanoseconds;
  }
  return time;
}

bool take_date(DateText& text, std::tm& date) {
  int year = 0;
  int month = 0;
  if (!text.take_number(4, 0, 9999, year) || !text.take("-") ||
      !text.take_number(2, 1, 12, month) || !text.take("-") ||
      !text.take_number(2, 1, 31, date.tm_mday)) {
    return false;
  }
  date.tm_year = year - 1900;
  date.tm_mon = month - 1;
  return true;
}

bool take_time(DateText& text, std::tm& date, std::uint32_t& nanoseconds) {
  constexpr int kLastSecond = 59;
  if (!text.take_number(2, 0, 23, date.tm_hour) || !text.take(":") ||
      !text.take_number(2, 0, 59, date.tm_min)) {
    return false;
  }
  if (!text.take(":")) return true;
  if (!text.take_number(2, 0, kLastSecond, date.tm_sec)) return false;
  return !text.take(".") || text.take_fraction(nanoseconds);
}

// The offset from UTC in seconds, positive to the east; nothing if none is given.
bool take_zone(DateText& text, std::optional<int>& offset) {
  text.take(" ");
  if (text.take("Z") || text.take("UTC")) {
    offset = 0;
    return true;
  }
  const int sign = text.take("+") ? 1 : text.take("-") ? -1 : 0;
  if (sign == 0) return true;
  int hours = 0;
  int minutes = 0;
  if (!text.take_number(2, 0, 23, hours)) return false;
  const bool has_minutes = text.take(":") || !text.ended();
  if (has_minutes && !text.take_number(2, 0, 59, minutes)) return false;
  offset = sign * (hours * 60 + minutes) * 60;
  return true;
}

std::optional<Timestamp> parse_date(DateText text) {
  std::tm date = {};
  Timestamp time;
  std::optional<int> offset;
  if (!take_date(text, date)) return std::nullopt;
  if ((text.take("T") || text.take(" ")) && !take_time(text, date, time.nanoseconds)) {
    return std::nullopt;
  }
  if (!take_zone(text, offset) || !text.ended()) return std::nullopt;
  const int day = date.tm_mday;
  date.tm_isdst = -1;
  time.seconds = offset ? ::timegm(&date) - *offset : std::mktime(&date);
  // The library turns 30 February into a day of March.
  if (date.tm_mday != day) return std::nullopt;
  return time;
}

}  // namespace

Result<Timestamp> Timestamp::parse(std::string_view text) {
  const auto time =
      text.starts_with('@') ? parse_seconds(DateText(text.substr(1))) : parse_date(DateText(text));
  if (time) return *time;
  return fail(ErrorCode::kInvalidArgument,
              "'{}' is neither @SECONDS nor a date such as '2024-02-29 12:30:00Z'",
              quote_name(text));
}

}  // namespace zvfs
