#include "mkimage/rules/pseudo_definition.h"

#include <algorithm>
#include <cctype>
#include <charconv>

#include "base/path_names.h"
#include "base/quoting.h"
#include "mkimage/rules/owner_name.h"
#include "mkimage/rules/pseudo_xattr.h"

namespace zvfs {
namespace {

constexpr std::size_t kMaxPath = 4096;  // as PATH_MAX
constexpr std::string_view kSpaces = " \t\n\v\f\r";

template <typename... Args>
Unexpected refuse(fmt::format_string<Args...> format, Args&&... args) {
  return fail(ErrorCode::kInvalidArgument, format, std::forward<Args>(args)...);
}

/// The words of a definition, from the front. Not thread-safe.
class Words {
 public:
  explicit Words(std::string_view text) : text_(text) { skip_spaces(); }

  // The next word, without its quotes and backslashes; empty at the end.
  std::string next() {
    std::string word;
    bool quoted = false;
    while (!text_.empty() && (quoted || kSpaces.find(text_.front()) == kSpaces.npos)) {
      const char c = text_.front();
      text_.remove_prefix(1);
      if (c == '"') {
        quoted = !quoted;
      } else if (c != '\\') {
        word += c;
      } else if (!text_.empty()) {
        word += text_.front();
        text_.remove_prefix(1);
      }
    }
    skip_spaces();
    return word;
  }

  // The rest of the text, unchanged.
  std::string_view rest() { return std::exchange(text_, {}); }
  [[nodiscard]] bool at_end() const { return text_.empty(); }

 private:
  void skip_spaces() {
    text_.remove_prefix(std::min(text_.size(), text_.find_first_not_of(kSpaces)));
  }

  std::string_view text_;
};

Result<std::uint32_t> parse_number(const std::string& word, int base, std::uint32_t max,
                                   std::string_view what) {
  std::uint32_t number = 0;
  const char* const end = word.data() + word.size();
  const auto parsed = std::from_chars(word.data(), end, number, base);
  if (parsed.ec != std::errc() || parsed.ptr != end || number > max) {
    return refuse("{} '{}' is not a number{} up to {}", what, shown_name(word),
                  base == 8 ? " in octal" : "",
                  base == 8 ? fmt::format("{:o}", max) : fmt::format("{}", max));
  }
  return number;
}

// A path in the image.
Result<std::string> parse_path(const std::string& word) {
  const auto refuse_path = [&](std::string_view why) -> Result<std::string> {
    return refuse("'{}' {}", shown_name(std::string_view(word).substr(0, 80)), why);
  };
  if (word.empty()) return refuse("path missing");
  if (word.find('\0') != word.npos) return refuse_path("contains a zero byte");
  if (has_dot_dot(word)) return refuse_path("contains '..'");
  if (word.size() > kMaxPath) return refuse_path("exceeds the length limit of a path");
  for (std::string_view rest = word; !rest.empty();) {
    if (take_first_name(rest).size() > kMaxNameLength) {
      return refuse_path("has a name that is too long");
    }
  }
  return plain_path(word);
}

// Seconds since 1970, or a date.
Result<Timestamp> parse_time(const std::string& word) {
  Timestamp time;
  const char* const end = word.data() + word.size();
  const auto parsed = std::from_chars(word.data(), end, time.seconds);
  if (parsed.ec == std::errc() && parsed.ptr == end) return time;
  return Timestamp::parse(word);
}

Result<void> parse_device(Words& words, PseudoDefinition& definition) {
  constexpr std::uint32_t kMaxMajor = 0xFFF;
  constexpr std::uint32_t kMaxMinor = 0xF'FFFF;
  definition.device_major = ZVFS_TRY(parse_number(words.next(), 10, kMaxMajor, "major"));
  definition.device_minor = ZVFS_TRY(parse_number(words.next(), 10, kMaxMinor, "minor"));
  return {};
}

Result<void> parse_symlink(Words& words, PseudoDefinition& definition) {
  definition.target = words.rest();
  if (definition.target.empty()) return refuse("symlink target missing");
  if (definition.target.size() > kMaxSymlinkLength ||
      definition.target.find('\0') != std::string::npos) {
    return refuse("symlink target of {} bytes is too long, or contains a zero byte",
                  definition.target.size());
  }
  definition.mode = 0777;
  return {};
}

Result<void> parse_ipc(Words& words, PseudoDefinition& definition) {
  const std::string type = words.next();
  if (type != "s" && type != "f") {
    return refuse("'{}' is neither s, a socket, nor f, a fifo", shown_name(type));
  }
  definition.mode = mode_of(type == "s" ? FileType::kSocket : FileType::kFifo, definition.mode);
  return {};
}

// Parses what follows mode and owner; `type` is in lower case.
Result<void> parse_node(char type, Words& words, PseudoDefinition& definition) {
  const auto with_type = [&](FileType made) { definition.mode = mode_of(made, definition.mode); };
  switch (type) {
    case 'd':
      with_type(FileType::kDirectory);
      return {};
    case 'm':
      definition.kind = PseudoDefinition::Kind::kModify;
      return {};
    case 'b':
      with_type(FileType::kBlockDevice);
      return parse_device(words, definition);
    case 'c':
      with_type(FileType::kCharacterDevice);
      return parse_device(words, definition);
    case 'i':
      return parse_ipc(words, definition);
    default:
      ZVFS_TRY(parse_symlink(words, definition));
      with_type(FileType::kSymlink);
      return {};
  }
}

Result<void> parse_target(char type, Words& words, PseudoDefinition& definition) {
  using Kind = PseudoDefinition::Kind;
  definition.target = words.next();
  if (definition.target.empty()) return refuse("path of the other file missing");
  if (definition.target.find('\0') != std::string::npos) return refuse("path contains a zero byte");
  definition.kind = type == 'L' ? Kind::kLink : Kind::kDiskFile;
  definition.follows_symlink = type == 'h';
  if (type == 'L') definition.target = ZVFS_TRY(parse_path(definition.target));
  return {};
}

Result<void> parse_arguments(char type, Words& words, PseudoDefinition& definition) {
  if (type == 'f' || type == 'F') {
    return refuse("type {} is not supported: no command is run", type);
  }
  if (type == 'R') return refuse("type R (data in the list itself) is not supported");
  if (type == 'l' || type == 'h' || type == 'L') return parse_target(type, words, definition);
  if (type == 'x') {
    definition.kind = PseudoDefinition::Kind::kXattr;
    definition.xattr = ZVFS_TRY(parse_pseudo_xattr(words.rest()));
    return {};
  }
  const auto lower = static_cast<char>(std::tolower(static_cast<unsigned char>(type)));
  if (std::string_view("dmbcis").find(lower) == std::string_view::npos) {
    return refuse("'{}' is not a type: d, m, b, c, i, s, l, h, L or x", shown_name({&type, 1}));
  }
  if (type != lower) definition.mtime = ZVFS_TRY(parse_time(words.next()));
  definition.mode =
      static_cast<std::uint16_t>(ZVFS_TRY(parse_number(words.next(), 8, 07777, "mode")));
  definition.uid = ZVFS_TRY(parse_user(words.next()));
  definition.gid = ZVFS_TRY(parse_group(words.next()));
  return parse_node(lower, words, definition);
}

}  // namespace

Result<PseudoDefinition> PseudoDefinition::parse(std::string_view text) {
  Words words(text);
  PseudoDefinition definition;
  definition.path = ZVFS_TRY(parse_path(words.next()));
  const std::string type = words.next();
  if (type.size() != 1) return refuse("expected PATH TYPE ...");
  ZVFS_TRY(parse_arguments(type.front(), words, definition));
  if (!words.at_end()) {
    return refuse("unexpected '{}' at the end", shown_name(words.rest()));
  }
  return definition;
}

void PseudoDefinition::apply_to(FileType type, Metadata& metadata) const {
  if (type != FileType::kSymlink) metadata.permissions = mode & kPermissionBits;
  metadata.uid = uid;
  metadata.gid = gid;
  metadata.mtime = mtime.value_or(metadata.mtime);
}

}  // namespace zvfs
