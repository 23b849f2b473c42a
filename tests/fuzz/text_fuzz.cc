// Any text for one of the small parsers: options of mount.zvfs and of mkimage, lines of fstab,
// modes, times, globs, patterns, sizes, lists of paths. Input: which parser u8, then the text, with
// zero bytes between arguments.
#include <algorithm>
#include <array>
#include <cstdlib>
#include <fcntl.h>
#include <fnmatch.h>
#include <string>
#include <unistd.h>
#include <vector>

#include "base/base64.h"
#include "base/name_glob.h"
#include "base/path_names.h"
#include "base/quoting.h"
#include "base/timestamp.h"
#include "base/units.h"
#include "fuse/mount/command_line.h"
#include "fuse/mount/mount_options.h"
#include "mkimage/mkimage_options.h"
#include "mkimage/rules/exclude_list.h"
#include "mkimage/rules/excluded_paths.h"
#include "mkimage/rules/mode_change.h"
#include "mkimage/rules/path_shape.h"
#include "mkimage/rules/xattr_filter.h"
#include "mkimage/scan/source_list.h"

namespace {

using namespace zvfs;

// For options that read standard input.
[[maybe_unused]] const bool kHasNoInput =
    ::dup2(::open("/dev/null", O_RDONLY | O_CLOEXEC), STDIN_FILENO) == 0;

void require(bool condition) {
  if (!condition) std::abort();
}

std::vector<std::string> split(std::string_view text) {
  std::vector<std::string> parts(1);
  for (const char c : text) {
    if (c != '\0') {
      parts.back() += c;
    } else {
      parts.emplace_back();
    }
  }
  return parts;
}

// The arguments as main() gets them.
class Arguments {
 public:
  Arguments(std::string program, std::string_view text) : texts_(split(text)) {
    texts_.insert(texts_.begin(), std::move(program));
    for (std::string& argument : texts_) pointers_.push_back(argument.data());
    pointers_.push_back(nullptr);
  }
  [[nodiscard]] std::span<char* const> span() const {
    return std::span(pointers_).first(texts_.size());
  }

 private:
  std::vector<std::string> texts_;
  std::vector<char*> pointers_;
};

Caller any_caller(std::string_view text) {
  return {.is_root = text.size() % 2 == 0, .is_mount8 = text.size() % 3 == 0};
}

void take_mount_options(std::string_view text) {
  std::string joined;
  const std::vector<std::string> options = split_option_list(text);
  for (const std::string& option : options) joined += escape_option(option) + ',';
  require(split_option_list(joined) == options);
  MountOptions result;
  if (!apply_option_list(text, any_caller(text), result)) return;
  require(!result.cache_size_bytes || *result.cache_size_bytes >= kMiB);
  require(result.max_read_bytes == 0 || result.max_read_bytes >= 4096);
}

void take_mount_arguments(std::string_view text) {
  const Arguments arguments("mount.zvfs", text);
  const auto line = parse_command_line(arguments.span(), any_caller(text));
  if (!line || line->action != CommandLine::Action::kMount) return;
  require(!line->options.debug || line->options.foreground);
}

// Some options read the files that they name.
void take_mkimage_arguments(std::string_view text) {
  for (const std::string_view special : {"/dev", "/proc", "/sys", "/run"}) {
    if (text.find(special) != text.npos) return;
  }
  const auto parsed = parse_mkimage_options(Arguments("mkimage", text).span());
  if (!parsed || !*parsed) return;
  const BuildOptions& build = (*parsed)->build;
  require(build.threads >= 1 && build.bounds.max() <= kMaxFrameSize);
  require(levels_of(build.encoder.codec).contains(build.encoder.level));
}

void take_mode(std::string_view text) {
  const auto change = ModeChange::parse(text, 022);
  if (!change) return;
  constexpr std::array<std::uint16_t, 4> kModes = {0100644, 0040755, 0104711, 0041777};
  for (const std::uint16_t mode : kModes) {
    require((change->apply(mode) & 0170000) == (mode & 0170000));
  }
  if (text.find_first_not_of("01234567") != text.npos) return;
  require(change->apply(0100644) == (0100000 | std::stoul(std::string(text), nullptr, 8)));
}

void take_time(std::string_view text) {
  const auto time = Timestamp::parse(text);
  if (!time) return;
  require(time->nanoseconds < 1'000'000'000);
  const auto again = Timestamp::parse(fmt::format("@{}", time->seconds));
  require(again && again->seconds == time->seconds);
}

// fnmatch(3) knows the same globs; brackets, and characters that are not ASCII, are another matter.
void take_glob(std::string_view text) {
  const std::string glob(text.substr(0, text.find('\0')));
  const std::string name(text.substr(std::min(text.size(), glob.size() + 1)));
  const bool matches = matches_glob(glob, name);
  const auto is_special = [](unsigned char c) {
    return c == '\0' || c == '[' || c == '\\' || c >= 0x80;
  };
  if (std::ranges::any_of(glob + name, is_special)) return;
  require(matches == (::fnmatch(glob.c_str(), name.c_str(), 0) == 0));
}

// A pattern of escaped characters excludes the path that they spell.
void take_patterns(std::string_view text) {
  using enum ExcludeList::EntryType;
  ExcludeList list;
  if (list.add_lines(text)) {
    ExcludedPaths paths(list);
    for (const std::string_view path : {"a", "a/b", "a/b/c/d/e/f", "lib/x.o", "b", "build/cache"}) {
      // The paths agree unless a directory above the entry is left out.
      require(!list.excludes(path, kOther) || paths.contains(path, kOther));
      require(!list.excludes(path, kDirectory) || paths.contains(path, kDirectory));
      if (path.find('/') != path.npos) continue;
      require(list.excludes(path, kOther) == paths.contains(path, kOther));
    }
  }
  const std::string path = plain_path(text);
  if (path.empty() || has_dot_dot(path) || path.find('\0') != path.npos) return;
  std::string pattern = "/";
  for (const char c : path) {
    const bool is_ascii = static_cast<unsigned char>(c) < 0x80;
    if (is_ascii && c != '/') pattern += '\\';
    pattern += c;
  }
  ExcludeList literal;
  require(literal.add(pattern).has_value());
  require(literal.excludes(path, kOther) && !literal.excludes(path + "x", kOther));
}

void take_size(std::string_view text) {
  if (const auto size = parse_size(text)) static_cast<void>(human_size(*size));
  if (const auto bytes = decode_base64(text)) require(decode_base64(base64(*bytes)) == bytes);
}

void take_name(std::string_view text) {
  const std::string quoted = quote_name(text);
  const auto is_control = [](unsigned char c) { return c < 0x20 || c == 0x7F; };
  require(std::ranges::none_of(quoted, is_control));
  require(quoted.size() >= text.size());
}

void take_shape(std::string_view text) {
  PathShape shape;
  shape.strip_components = text.empty() ? 0 : static_cast<unsigned char>(text.front()) % 4;
  const std::string_view prefix = text.substr(0, text.find('\0'));
  if (!shape.set_prefix(prefix)) return;
  const auto placed = shape.place(text.substr(std::min(text.size(), prefix.size() + 1)));
  if (placed) require(placed->starts_with(shape.prefix) || shape.prefix.empty());
}

void take_paths(std::string_view text) {
  SourceList list;
  list.add_paths(text, '\n');
  XattrFilter filter;
  filter.include = split(text);
  static_cast<void>(filter.keeps("user.comment"));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  constexpr std::array kParsers = {take_mount_options,
                                   take_mount_arguments,
                                   take_mkimage_arguments,
                                   take_mode,
                                   take_time,
                                   take_glob,
                                   take_patterns,
                                   take_size,
                                   take_name,
                                   take_shape,
                                   take_paths};
  if (size == 0) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  kParsers[data[0] % kParsers.size()](text);
  return 0;
}
