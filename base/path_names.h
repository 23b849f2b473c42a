// Paths as archives, lists and options have them: names between slashes.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace zvfs {

/// The longest path, in bytes, that is looked up, with the targets of the symlinks that it leads
/// through. Images do not show the members of an archive that have a longer one.
inline constexpr std::size_t kMaxPathSize = 65535;

/// How many symlinks one path may lead through: Linux's MAXSYMLINKS.
inline constexpr unsigned kMaxSymlinks = 40;

/// Cuts the first name off `path`, with the slashes and "." around it; empty when none is left.
std::string_view take_first_name(std::string_view& path);

/// The same at the end.
std::string_view take_last_name(std::string_view& path);

/// Whether one of the names is "..".
bool has_dot_dot(std::string_view path);

/// Whether a symlink to that target stays below the directory that it is in. GNU tar makes all
/// others only when it has extracted all else, so that nothing is written through them.
bool stays_below(std::string_view target);

/// The names joined by single slashes, without "." and leading or trailing slashes; empty for the
/// root: "usr/bin" for "/usr/./bin/".
std::string plain_path(std::string_view path);

}  // namespace zvfs
