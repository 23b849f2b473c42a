#include "tar/pax_attributes.h"

#include <algorithm>
#include <charconv>
#include <utility>

#include "base/base64.h"
#include "base/quoting.h"
#include "tar/pax_records.h"

namespace zvfs {
namespace {

constexpr std::size_t kRecordCost = 64;  // beside its key and value, in memory

Unexpected invalid(std::string_view key, std::string_view value) {
  constexpr std::size_t kShown = 80;
  return fail(ErrorCode::kInvalidArgument, "its pax header has an invalid {}={}; ignored",
              shown_name(key), shown_name(value.substr(0, kShown)));
}

template <typename T>
bool parse_decimal(std::string_view text, T& number) {
  const char* const end = text.data() + text.size();
  const auto [stopped, error] = std::from_chars(text.data(), end, number);
  return error == std::errc() && stopped == end;
}

Result<void> set_number(std::string_view key, std::string_view value,
                        std::optional<std::uint64_t>& out) {
  out.reset();
  if (value.empty()) return {};
  std::uint64_t number = 0;
  if (!parse_decimal(value, number)) return invalid(key, value);
  out = number;
  return {};
}

void set_text(std::string_view value, std::optional<std::string>& out) {
  out.reset();
  if (!value.empty()) out = std::string(value);
}

// "-1.25" is a second and a quarter before 1970: -2 s and 750,000,000 ns.
std::optional<Timestamp> parse_time(std::string_view text) {
  const bool negative = text.starts_with('-');
  const std::size_t point = std::min(text.find('.'), text.size());
  std::string fraction(text.substr(std::min(point + 1, text.size())));
  Timestamp time{0, 0};
  if (!parse_decimal(text.substr(0, point), time.seconds)) return std::nullopt;
  if (fraction.find_first_not_of("0123456789") != std::string::npos) return std::nullopt;
  fraction.resize(9, '0');  // anything finer than nanoseconds is cut
  if (!parse_decimal(fraction, time.nanoseconds)) return std::nullopt;
  if (negative && time.nanoseconds != 0) {
    if (time.seconds == std::numeric_limits<std::int64_t>::min()) return std::nullopt;
    --time.seconds;
    time.nanoseconds = 1'000'000'000 - time.nanoseconds;
  }
  return time;
}

Result<void> set_time(std::string_view key, std::string_view value, std::optional<Timestamp>& out) {
  out.reset();
  if (value.empty()) return {};
  out = parse_time(value);
  if (!out) return invalid(key, value);
  return {};
}

std::optional<std::string> decode_url(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    if (text.front() != '%') {
      out += text.front();
      text.remove_prefix(1);
      continue;
    }
    std::uint8_t byte = 0;
    const auto [end, error] = std::from_chars(
        text.data() + 1, text.data() + std::min<std::size_t>(3, text.size()), byte, 16);
    if (error != std::errc() || end != text.data() + 3) return std::nullopt;
    out += static_cast<char>(byte);
    text.remove_prefix(3);
  }
  return out;
}

bool take_prefix(std::string_view& text, std::string_view prefix) {
  if (!text.starts_with(prefix)) return false;
  text.remove_prefix(prefix.size());
  return true;
}

// Takes "LENGTH KEY=VALUE\n" from the front of `body`; false if it does not begin with that.
bool take_record(std::string_view& body, std::string_view& key, std::string_view& value) {
  const std::size_t space = body.find(' ');
  std::size_t length = 0;
  if (space == body.npos || !parse_decimal(body.substr(0, space), length)) return false;
  if (length > body.size() || length < space + 3 || body[length - 1] != '\n') return false;
  const std::string_view record = body.substr(space + 1, length - space - 2);
  const std::size_t equals = record.find('=');
  if (equals == record.npos || equals == 0) return false;
  key = record.substr(0, equals);
  value = record.substr(equals + 1);
  body.remove_prefix(length);
  return true;
}

}  // namespace

Result<void> PaxAttributes::add(ByteSpan bytes) {
  // A repeated extended header has its own map.
  sparse_map.clear();
  Result<void> result;
  std::string_view body = as_text(bytes);
  std::string_view key;
  std::string_view value;
  while (!body.empty() && body.front() != '\0') {
    if (!take_record(body, key, value)) {
      return fail(ErrorCode::kInvalidArgument,
                  "its pax header is malformed from byte {} on; the rest is ignored",
                  bytes.size() - body.size());
    }
    if (auto done = set(key, value); !done && result) result = std::move(done);
  }
  return result;
}

std::size_t PaxAttributes::entry_cost() const {
  std::size_t cost = sparse_map.size() / 2 * sizeof(ExtentRecord);
  for (const auto* text :
       {&path, &link_path, &user_name, &group_name, &access_acl, &default_acl, &sparse_path}) {
    if (*text) cost += (*text)->size();
  }
  for (const auto* records : {&xattrs, &encoded_xattrs}) {
    for (const auto& [name, value] : *records) cost += kRecordCost + name.size() + value.size();
  }
  return cost;
}

std::size_t PaxAttributes::others_cost() const {
  std::size_t cost = 0;
  for (const auto& [key, value] : others) cost += kRecordCost + key.size() + value.size();
  return cost;
}

Result<void> PaxAttributes::set(std::string_view key, std::string_view value) {
  if (key == "path") return set_text(value, path), Result<void>();
  if (key == "linkpath") return set_text(value, link_path), Result<void>();
  if (key == "size") return set_number(key, value, size);
  if (key == "uid") return set_number(key, value, uid);
  if (key == "gid") return set_number(key, value, gid);
  if (key == "uname") return set_text(value, user_name), Result<void>();
  if (key == "gname") return set_text(value, group_name), Result<void>();
  if (key == "mtime") return set_time(key, value, mtime);
  if (key == "SCHILY.devmajor") return set_number(key, value, device_major);
  if (key == "SCHILY.devminor") return set_number(key, value, device_minor);
  if (key == "SCHILY.realsize") return set_number(key, value, star_real_size);
  if (key == "SCHILY.acl.access") return set_text(value, access_acl), Result<void>();
  if (key == "SCHILY.acl.default") return set_text(value, default_acl), Result<void>();
  std::string_view name = key;
  if (take_prefix(name, "GNU.sparse.")) return set_sparse(key, value);
  if (take_prefix(name, "SCHILY.xattr.")) {
    xattrs.insert_or_assign(decoded_xattr_name(name), std::string(value));
  } else if (take_prefix(name, "LIBARCHIVE.xattr.")) {
    return set_encoded_xattr(name, value);
  } else if (key == "RHT.security.selinux") {
    xattrs.insert_or_assign("security.selinux", std::string(value) + '\0');
  } else if (key != "hdrcharset") {  // which tells how records are written
    others.insert_or_assign(std::string(key), std::string(value));
  }
  return {};
}

Result<void> PaxAttributes::set_encoded_xattr(std::string_view name, std::string_view value) {
  auto decoded_name = decode_url(name);
  auto decoded_value = decode_base64(value);
  if (!decoded_name || !decoded_value) return invalid(name, value);
  encoded_xattrs.insert_or_assign(*std::move(decoded_name), *std::move(decoded_value));
  return {};
}

Result<void> PaxAttributes::set_sparse(std::string_view key, std::string_view value) {
  const std::string_view name = key.substr(std::string_view("GNU.sparse.").size());
  if (name == "major") return set_number(key, value, sparse_major);
  if (name == "name") return set_text(value, sparse_path), Result<void>();
  if (name == "size" || name == "realsize") return set_number(key, value, sparse_real_size);
  if (name != "offset" && name != "numbytes" && name != "map") return {};
  while (!value.empty()) {
    const std::string_view text = value.substr(0, value.find(','));
    std::uint64_t number = 0;
    if (!parse_decimal(text, number)) return invalid(key, value);
    sparse_map.push_back(number);
    value.remove_prefix(std::min(value.size(), text.size() + 1));
  }
  return {};
}

}  // namespace zvfs
