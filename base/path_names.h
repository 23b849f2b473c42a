// Paths in archives, lists and options: names between slashes.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace zvfs {

/// The longest path that is looked up, in bytes, including the targets of symlinks on the way.
/// Images do not show archive members with a longer one.
inline constexpr std::size_t kMaxPathSize = 65535;

/// How many symlinks one path may lead through: Linux's MAXSYMLINKS.
inline constexpr unsigned kMaxSymlinks = 40;

/// The longest target of a symlink that is followed, in bytes: Linux follows none of PATH_MAX,
/// 4,096, or more. An image may have longer ones.
inline constexpr std::size_t kMaxFollowedTarget = 4095;

/// Removes the first name of `path`, with the slashes and "." around it, and returns it; empty when
/// none is left.
std::string_view take_first_name(std::string_view& path);

/// As take_first_name(), but for the last name.
std::string_view take_last_name(std::string_view& path);

/// Whether one of the names is "..".
bool has_dot_dot(std::string_view path);

/// Whether a symlink with this target stays below its own directory. GNU tar creates all other
/// symlinks only after extracting everything else, so that nothing is written through them.
bool stays_below(std::string_view target);

/// The names joined by single slashes, without "." and leading or trailing slashes; empty for the
/// root: "usr/bin" for "/usr/./bin/".
std::string plain_path(std::string_view path);

}  // namespace zvfs
