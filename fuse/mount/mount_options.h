#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "trust/root_trust.h"

namespace zvfs {

/// Who runs us, as far as it changes the meaning of options.
struct Caller {
  bool is_root = false;
  bool is_mount8 = false;  ///< mount(8) runs us as its helper.
  bool has_selinux = false;
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
  bool sloppy = false;          ///< Ignore unknown options.
  bool nosymfollow = false;     ///< Let no path lead through a symbolic link of the image.
  bool nofail = false;          ///< Succeed if the image does not exist.
  std::string mount_namespace;  ///< The path of the mount namespace to mount in, or empty.

  /// How far to decode ahead when a large file is read in order, in bytes; 0 for not at all.
  std::optional<std::uint64_t> readahead_bytes;
  bool sandbox = true;  ///< Give up rights that serving does not need.
  bool fill = true;     ///< On reading a small file, push its neighbours into the page cache.
  std::optional<std::uint64_t> cache_size_bytes;
  TrustOptions trust;           ///< Which image to trust; paths as given.
  unsigned max_read_bytes = 0;  ///< 0: no limit set.
  bool has_fsname = false;
  bool has_subtype = false;
  bool has_access_option = false;  ///< An option says who may use the mount.
  /// Options for libfuse, in the order given.
  std::vector<std::string> fuse_options;
  /// Lines to print before mounting.
  std::vector<std::string> warnings;
};

/// Applies `list`, the argument of one -o: options separated by commas. A backslash makes the next
/// character literal, and so do double quotes around a value, which stay: the kernel expects them.
/// Errors: InvalidArgument (an unknown option, or a bad value).
Result<void> apply_option_list(std::string_view list, const Caller& caller, MountOptions& options);

/// Chooses the sizes that no option gave, for a process whose memory_limit() is `limit_bytes`: a
/// cache of 64 MiB or a quarter of the limit, and a readahead of 2 MiB or an eighth of the cache,
/// whichever is less.
void choose_sizes(std::uint64_t limit_bytes, MountOptions& options);

/// Splits an option list at its commas outside of quoted values, drops empty items, and resolves
/// the backslashes.
std::vector<std::string> split_option_list(std::string_view list);

/// An option as written in a list, with a backslash before each comma, quote and backslash.
std::string escape_option(std::string_view option);

}  // namespace zvfs
