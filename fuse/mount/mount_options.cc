#include "fuse/mount/mount_options.h"

#include <algorithm>
#include <charconv>
#include <fstream>
#include <iterator>
#include <limits>
#include <optional>
#include <sys/vfs.h>
#include <unistd.h>

#include "base/quoting.h"
#include "base/units.h"
#include "format/memory_limit.h"

namespace zvfs {
namespace {

enum class Treatment {
  kIgnore,    // meant for mount(8), fstab(5) or systemd, or meaningless on a read-only filesystem
  kPass,      // passed to libfuse, which hands it to the kernel or to fusermount3
  kRootOnly,  // passed for root, ignored with a warning otherwise
  kReadWrite,
  kAccess,
  kFsname,
  kSubtype,
  kMaxRead,
  kDebug,
  kContext,
  kSymfollow,
  kNosymfollow,
  kNofail,
  kCacheSize,
  kReadahead,
  kFill,
  kNoFill,
  kNoSandbox,
  kDigest,
  kPubkey,
  kSignature,
  kRemount,
};

struct KnownOption {
  enum class Value {
    kNone,
    kOptional,
    kRequired,
    kLayer,  // none, or the layer of the kernel to set it in (util-linux 2.39), which we cannot
             // choose
  };
  std::string_view name;
  Treatment treatment;
  Value value = Value::kNone;
};

using enum Treatment;
constexpr auto kOptional = KnownOption::Value::kOptional;
constexpr auto kRequired = KnownOption::Value::kRequired;
constexpr auto kLayer = KnownOption::Value::kLayer;

constexpr KnownOption kKnownOptions[] = {
    // Options that mount(8) and fstab(5) handle themselves, or pass to a helper for information.
    {"defaults", kIgnore},
    {"auto", kIgnore},
    {"noauto", kIgnore},
    {"user", kIgnore, kOptional},
    {"nouser", kIgnore},
    {"users", kIgnore},
    {"nousers", kIgnore},
    {"owner", kIgnore},
    {"noowner", kIgnore},
    {"group", kIgnore},
    {"nogroup", kIgnore},
    {"_netdev", kIgnore},
    {"nofail", kNofail},
    {"comment", kIgnore, kRequired},
    {"loop", kIgnore, kOptional},  // mount(8) has made the device, or an image needs none
    {"helper", kIgnore, kRequired},
    {"uhelper", kIgnore, kRequired},
    // Options without effect on a filesystem that is never written.
    {"relatime", kIgnore, kLayer},
    {"norelatime", kIgnore, kLayer},
    {"strictatime", kIgnore, kLayer},
    {"nostrictatime", kIgnore, kLayer},
    {"lazytime", kIgnore},
    {"nolazytime", kIgnore},
    {"diratime", kIgnore, kLayer},
    {"nodiratime", kIgnore, kLayer},
    {"iversion", kIgnore},
    {"noiversion", kIgnore},
    {"mand", kIgnore},
    {"nomand", kIgnore},
    {"silent", kIgnore},
    {"loud", kIgnore},
    // Always on, or set by the kernel. They appear when options are copied from /proc/mounts.
    {"user_id", kIgnore, kRequired},
    {"group_id", kIgnore, kRequired},
    {"ro", kIgnore, kLayer},
    {"default_permissions", kIgnore},
    {"nonempty", kIgnore},
    // The kernel's.
    {"nosuid", kPass, kLayer},
    {"nodev", kPass, kLayer},
    {"suid", kRootOnly, kLayer},
    {"dev", kRootOnly, kLayer},
    {"exec", kPass, kLayer},
    {"noexec", kPass, kLayer},
    {"symfollow", kSymfollow, kLayer},
    {"nosymfollow", kNosymfollow, kLayer},
    {"context", kContext, kRequired},
    {"fscontext", kContext, kRequired},
    {"defcontext", kContext, kRequired},
    {"rootcontext", kContext, kRequired},
    {"sync", kPass},
    {"async", kPass},
    {"dirsync", kPass},
    {"atime", kPass, kLayer},
    {"noatime", kPass, kLayer},
    {"rw", kReadWrite, kLayer},
    {"remount", kRemount},
    // FUSE's.
    {"allow_other", kAccess},
    {"allow_root", kAccess},
    {"auto_unmount", kPass},
    {"fsname", kFsname, kRequired},
    {"subtype", kSubtype, kRequired},
    {"max_read", kMaxRead, kRequired},
    {"debug", kDebug},
    // Ours.
    {"cache_size", kCacheSize, kRequired},
    {"readahead", kReadahead, kRequired},
    {"fill", kFill},
    {"nofill", kNoFill},
    {"no_sandbox", kNoSandbox},
    {"digest", kDigest, kRequired},
    {"pubkey", kPubkey, kRequired},
    {"signature", kSignature, kRequired},
};

// The kernel reads at least a page at a time, regardless of max_read.
constexpr unsigned kMinMaxRead = 4096;
constexpr std::uint64_t kMinCacheSize = kMiB;

constexpr std::uint64_t kDefaultCacheSize = 64 * kMiB;
constexpr std::uint64_t kDefaultReadahead = 2 * kMiB;

bool is_layer(std::string_view value) {
  return value == "vfs" || value == "fs" || value == "recursive";
}

const KnownOption* find_option(std::string_view name, std::optional<std::string_view> value) {
  const auto* found = std::find_if(std::begin(kKnownOptions), std::end(kKnownOptions),
                                   [&](const KnownOption& known) { return known.name == name; });
  if (found == std::end(kKnownOptions)) return nullptr;
  if (value && found->value == KnownOption::Value::kNone) return nullptr;
  if (value && found->value == kLayer && !is_layer(*value)) return nullptr;
  if (!value && found->value == kRequired) return nullptr;
  return found;
}

// Comments for other readers of fstab(5), such as systemd's x-systemd.automount.
bool is_annotation(std::string_view option) {
  return option.starts_with("x-") || option.starts_with("X-");
}

Result<void> set_max_read(std::string_view value, MountOptions& options) {
  const std::uint64_t size = ZVFS_TRY(parse_size(value));
  if (size < kMinMaxRead || size > std::numeric_limits<unsigned>::max()) {
    return fail(ErrorCode::kInvalidArgument, "max_read={}: must be {} to {} bytes",
                quote_name(value), kMinMaxRead, std::numeric_limits<unsigned>::max());
  }
  options.max_read_bytes = static_cast<unsigned>(size);
  return {};
}

Result<void> set_cache_size(std::string_view value, MountOptions& options) {
  const std::uint64_t size = ZVFS_TRY(parse_size(value));
  if (size < kMinCacheSize) {
    return fail(ErrorCode::kInvalidArgument, "cache_size={}: must be at least {}",
                quote_name(value), human_size(kMinCacheSize));
  }
  options.cache_size_bytes = size;
  return {};
}

Result<void> apply_known(const KnownOption& known, const std::string& option,
                         std::string_view value, const Caller& caller, MountOptions& options) {
  const auto pass = [&] {
    options.fuse_options.push_back(known.value == kLayer ? std::string(known.name) : option);
  };
  switch (known.treatment) {
    case kIgnore:
      break;
    case kPass:
      pass();
      break;
    case kRootOnly:
      if (caller.is_root) {
        pass();
      } else if (!caller.is_mount8) {
        options.warnings.push_back(
            fmt::format("option '{}' is for root only; ignored", quote_name(option)));
      }
      break;
    case kReadWrite:  // mount(8) passes it by default
      if (!caller.is_mount8) options.warnings.push_back("images are always mounted read-only");
      break;
    case kAccess:
      options.has_access_option = true;
      pass();
      break;
    case kFsname:
      options.has_fsname = true;
      pass();
      break;
    case kSubtype:
      options.has_subtype = true;
      pass();
      break;
    case kMaxRead:
      return set_max_read(value, options);
    case kDebug:
      options.debug = true;
      break;
    case kContext:  // without SELinux, the kernel knows none: then mount(8) drops them, too
      if (caller.has_selinux) pass();
      break;
    case kSymfollow:
      options.nosymfollow = false;
      break;
    case kNosymfollow:
      if (!caller.is_root) {
        return fail(ErrorCode::kInvalidArgument, "option '{}' is for root only", option);
      }
      options.nosymfollow = true;
      break;
    case kNofail:
      options.nofail = true;
      break;
    case kCacheSize:
      return set_cache_size(value, options);
    case kReadahead:
      options.readahead_bytes = ZVFS_TRY(parse_size(value));
      break;
    case kFill:
    case kNoFill:
      options.fill = known.treatment == kFill;
      break;
    case kNoSandbox:
      options.sandbox = false;
      break;
    case kDigest:
      options.trust.digest = ZVFS_TRY_IN("digest", RootDigest::parse(value));
      break;
    case kPubkey:
      options.trust.pubkey = value;
      break;
    case kSignature:
      options.trust.signature = value;
      break;
    case kRemount:
      return fail(ErrorCode::kInvalidArgument, "cannot remount: unmount, then mount again");
  }
  return {};
}

Result<void> apply_option(const std::string& option, const Caller& caller, MountOptions& options) {
  if (is_annotation(option)) return {};
  const std::string_view text = option;
  const std::size_t equals = text.find('=');
  std::optional<std::string_view> value;
  if (equals != std::string_view::npos) value = text.substr(equals + 1);
  const KnownOption* known = find_option(text.substr(0, equals), value);
  if (known == nullptr) {
    if (options.sloppy) return {};
    return fail(ErrorCode::kInvalidArgument, "unknown option '{}'", quote_name(option));
  }
  return apply_known(*known, option, value.value_or(""), caller, options);
}

}  // namespace

Caller identify_caller() {
  std::ifstream parent("/proc/" + std::to_string(getppid()) + "/comm");
  std::string name;
  std::getline(parent, name);
  struct statfs selinux = {};
  constexpr auto kSelinuxMagic = 0xF97CFF8C;  // of linux/magic.h
  return {.is_root = geteuid() == 0,
          .is_mount8 = name == "mount",
          .has_selinux = statfs("/sys/fs/selinux", &selinux) == 0 &&
                         static_cast<std::uint32_t>(selinux.f_type) == kSelinuxMagic};
}

void choose_sizes(std::uint64_t limit_bytes, MountOptions& options) {
  if (!options.cache_size_bytes) {
    options.cache_size_bytes = affordable_memory(kDefaultCacheSize, limit_bytes);
  }
  if (!options.readahead_bytes) {
    options.readahead_bytes = std::min(kDefaultReadahead, *options.cache_size_bytes / 8);
  }
}

std::vector<std::string> split_option_list(std::string_view list) {
  std::vector<std::string> options(1);
  for (std::size_t i = 0; i < list.size(); ++i) {
    if (list[i] == ',') {
      options.emplace_back();
      continue;
    }
    if (list[i] == '"' && options.back().ends_with('=')) {
      const std::size_t end = list.find('"', i + 1);
      if (end != list.npos) {
        options.back() += list.substr(i, end + 1 - i);
        i = end;
        continue;
      }
    }
    if (list[i] == '\\' && i + 1 < list.size()) ++i;
    options.back() += list[i];
  }
  std::erase(options, "");
  return options;
}

std::string escape_option(std::string_view option) {
  std::string escaped;
  for (const char c : option) {
    if (c == ',' || c == '\\' || c == '"') escaped += '\\';
    escaped += c;
  }
  return escaped;
}

Result<void> apply_option_list(std::string_view list, const Caller& caller, MountOptions& options) {
  for (const std::string& option : split_option_list(list)) {
    ZVFS_TRY(apply_option(option, caller, options));
  }
  return {};
}

}  // namespace zvfs
