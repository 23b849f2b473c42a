#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace zvfs {

/// `name` as one line that is safe on a terminal, quoted as in tar's "escape" style: control
/// characters (those of is_control(), utf8.h), backslashes, and bytes that are not UTF-8 become \n,
/// \t, \\ or \ooo (octal). So distinct names stay distinct.
std::string quote_name(std::string_view name);

/// How much of a name messages show, in bytes: an archive can have paths of megabytes, or one of
/// 64 KiB for each of a million members.
inline constexpr std::size_t kMaxShownName = 4096;

/// `name`, or its first kMaxShownName bytes and "..." if it is longer.
std::string shortened_name(std::string_view name);

/// For a message: quote_name() of the shortened name.
std::string shown_name(std::string_view name);

/// A message as one line that is safe on a terminal and in a log, whatever is in it: as
/// quote_name(), but backslashes stay, since names in a message are quoted already. Of more than
/// kMostMessageBytes, the middle is left out: an image may have paths of 256 KiB.
std::string safe_line(std::string_view text);
inline constexpr std::size_t kMostMessageBytes = 8192;

}  // namespace zvfs
