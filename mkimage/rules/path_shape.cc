#include "mkimage/rules/path_shape.h"

#include "base/path_names.h"
#include "base/quoting.h"
#include "format/records.h"

namespace zvfs {
namespace {

// What follows the first `count` names and the slashes after them.
std::string_view strip(std::string_view path, std::uint32_t count) {
  const auto drop_slashes = [&] {
    path.remove_prefix(std::min(path.size(), path.find_first_not_of('/')));
  };
  drop_slashes();
  for (; count > 0 && !path.empty(); --count) {
    path.remove_prefix(std::min(path.size(), path.find('/')));
    drop_slashes();
  }
  return path;
}

}  // namespace

Result<void> PathShape::set_prefix(std::string_view directory) {
  const auto refuse = [&](std::string_view why) -> Result<void> {
    return fail(ErrorCode::kInvalidArgument, "'{}' {}", shown_name(directory.substr(0, 80)), why);
  };
  if (has_dot_dot(directory)) return refuse("contains '..'");
  if (directory.size() > kMaxPrefix) return refuse("exceeds the length limit of a path");
  for (std::string_view rest = directory; !rest.empty();) {
    if (take_first_name(rest).size() > kMaxNameLength) {
      return refuse("has a name that is too long");
    }
  }
  std::string plain = plain_path(directory);
  if (plain.empty()) return refuse("is the root or empty");
  prefix = std::move(plain);
  return {};
}

std::optional<std::string> PathShape::place(std::string_view path) const {
  if (empty()) return std::string(path);
  if (strip_components > 0) {
    path = strip(path, strip_components);
    if (path.empty()) return std::nullopt;
  }
  if (prefix.empty()) return std::string(path);
  const std::string rest = plain_path(path);
  return rest.empty() ? prefix : prefix + '/' + rest;
}

}  // namespace zvfs
