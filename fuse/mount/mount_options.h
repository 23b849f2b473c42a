#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/units.h"

namespace zvfs {

/// Who runs us, where it changes what an option means.
struct Caller {
  bool is_root = false;
  bool is_mount8 = false;  ///< mount(8) runs us as its helper.
};

/// The caller of this process.
Caller identify_caller();

/// What to mount, where and how.
struct MountOptions {
  std::string source;     ///< The image's path, as given.
  std::string directory;  ///< The mount point's path, as given.

  bool fake = false;        ///< Do everything but mount.
  bool foreground = false;  ///< Serve without detaching.
  bool debug = false;       ///< Print every request to standard error.
  bool verbose = false;
  bool sloppy = false;          ///< Ignore options that we do not know.
  bool nofail = false;          ///< An image that does not exist is no failure.
  std::string mount_namespace;  ///< The path of the mount namespace to mount in, or empty.

  /// How far to decode ahead of who reads a large file in order, in bytes; 0 for not at all.
  std::uint64_t readahead_bytes = 2 * kMiB;
  bool fill = true;  ///< Push the neighbours of a small file that is read into the page cache.
  std::uint64_t cache_size_bytes = 0;  ///< 0: the default.
  unsigned max_read_bytes = 0;         ///< 0: no limit of ours.
  bool has_fsname = false;
  bool has_subtype = false;
  bool has_access_option = false;  ///< Who may use the mount was said.
  /// Options for libfuse, in the order given.
  std::vector<std::string> fuse_options;
  /// Lines to print before mounting.
  std::vector<std::string> warnings;
};

/// Applies `list`, the argument of one -o: options separated by commas. A backslash takes the
/// character that follows it literally.
/// Errors: InvalidArgument (an unknown option, or a bad value).
Result<void> apply_option_list(std::string_view list, const Caller& caller, MountOptions& options);

/// Splits an option list at its commas, without the empty items, and resolves the backslashes.
std::vector<std::string> split_option_list(std::string_view list);

/// An option as it must be written in a list, with backslashes before commas and backslashes.
std::string escape_option(std::string_view option);

}  // namespace zvfs
