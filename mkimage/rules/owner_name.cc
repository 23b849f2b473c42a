#include "mkimage/rules/owner_name.h"

#include <charconv>
#include <grp.h>
#include <optional>
#include <pwd.h>
#include <string>

#include "base/quoting.h"

namespace zvfs {
namespace {

constexpr std::uint32_t kMaxId = 0xFFFF'FFFE;  // the next number means "none" to the kernel

// A plus sign marks a number, as in chown(1).
std::optional<std::uint32_t> parse_id(std::string_view text) {
  std::uint32_t id = 0;
  if (text.starts_with('+')) text.remove_prefix(1);
  const char* const end = text.data() + text.size();
  const auto parsed = std::from_chars(text.data(), end, id);
  if (parsed.ec != std::errc() || parsed.ptr != end || id > kMaxId) return std::nullopt;
  return id;
}

using Lookup = std::optional<std::uint32_t>(const char* name);

std::optional<std::uint32_t> look_up_user(const char* name) {
  const passwd* const user = ::getpwnam(name);
  return user == nullptr ? std::nullopt : std::optional(user->pw_uid);
}

std::optional<std::uint32_t> look_up_group(const char* name) {
  const group* const found = ::getgrnam(name);
  return found == nullptr ? std::nullopt : std::optional(found->gr_gid);
}

Result<std::uint32_t> parse(std::string_view text, Lookup* look_up, std::string_view what) {
  if (const std::size_t colon = text.rfind(':'); colon != text.npos) {
    if (const auto id = parse_id(text.substr(colon + 1))) return *id;
  } else if (const auto number = parse_id(text)) {
    return *number;
  } else if (const auto id = look_up(std::string(text).c_str())) {
    return *id;
  }
  return fail(ErrorCode::kInvalidArgument, "'{}' is neither a known {} nor a number",
              shown_name(text), what);
}

}  // namespace

Result<std::uint32_t> parse_user(std::string_view text) {
  return parse(text, look_up_user, "user");
}

Result<std::uint32_t> parse_group(std::string_view text) {
  return parse(text, look_up_group, "group");
}

}  // namespace zvfs
