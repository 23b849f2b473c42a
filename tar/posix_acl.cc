#include "tar/posix_acl.h"

#include <algorithm>
#include <charconv>
#include <grp.h>
#include <pwd.h>
#include <vector>

namespace zvfs {
namespace {

constexpr std::uint32_t kVersion = 2;
constexpr std::size_t kObjects = 3;  // user, group and other: permission bits

const char* qualifier_name(std::uint16_t tag) {
  switch (tag) {
    case AclEntry::kUserObject:
    case AclEntry::kUser:
      return "user";
    case AclEntry::kGroupObject:
    case AclEntry::kGroup:
      return "group";
    case AclEntry::kMask:
      return "mask";
    case AclEntry::kOther:
      return "other";
    default:
      return nullptr;
  }
}

Unexpected invalid_text(std::string_view entry) {
  return fail(ErrorCode::kInvalidArgument, "access control list has an invalid entry '{}'", entry);
}

std::vector<std::string_view> split(std::string_view text, std::string_view separators) {
  std::vector<std::string_view> parts;
  while (true) {
    const std::size_t end = std::min(text.find_first_of(separators), text.size());
    parts.push_back(text.substr(0, end));
    if (end == text.size()) return parts;
    text.remove_prefix(end + 1);
  }
}

bool parse_id(std::string_view text, std::uint32_t& id) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), id);
  return !text.empty() && error == std::errc() && end == text.data() + text.size();
}

// The tag of an entry that begins with these two fields.
std::uint16_t tag_of(std::string_view kind, bool has_qualifier) {
  if (kind == "user" || kind == "u") return has_qualifier ? AclEntry::kUser : AclEntry::kUserObject;
  if (kind == "group" || kind == "g")
    return has_qualifier ? AclEntry::kGroup : AclEntry::kGroupObject;
  if (has_qualifier) return 0;
  if (kind == "mask" || kind == "m") return AclEntry::kMask;
  return kind == "other" || kind == "o" ? AclEntry::kOther : 0;
}

Result<std::uint32_t> look_up(std::uint16_t tag, std::string_view qualifier) {
  const std::string name(qualifier);
  std::vector<char> buffer(65536);
  if (tag == AclEntry::kUser) {
    passwd entry{};
    passwd* found = nullptr;
    ::getpwnam_r(name.c_str(), &entry, buffer.data(), buffer.size(), &found);
    if (found != nullptr) return found->pw_uid;
  } else {
    group entry{};
    group* found = nullptr;
    ::getgrnam_r(name.c_str(), &entry, buffer.data(), buffer.size(), &found);
    if (found != nullptr) return found->gr_gid;
  }
  return fail(ErrorCode::kNotFound, "access control list names '{}', unknown to this system", name);
}

Result<std::uint16_t> parse_permissions(std::string_view text, std::string_view entry) {
  std::uint16_t bits = 0;
  for (const char c : text) {
    const std::size_t bit = std::string_view("xwr").find(c);
    if (bit == std::string_view::npos && c != '-') return invalid_text(entry);
    if (c != '-') bits |= static_cast<std::uint16_t>(1U << bit);
  }
  return bits;
}

// "user:lisa:rwx", "user:lisa:rwx:1000", "user:1000:rwx", "user::rwx", "mask::rwx", "other:rwx".
Result<AclEntry> parse_entry(std::string_view text) {
  std::vector<std::string_view> fields = split(text, ":");
  if (fields.size() == 2) fields.insert(fields.begin() + 1, std::string_view());
  if (fields.size() < 3 || fields.size() > 4) return invalid_text(text);
  AclEntry entry;
  entry.tag = tag_of(fields[0], !fields[1].empty());
  if (entry.tag == 0) return invalid_text(text);
  entry.permissions = ZVFS_TRY(parse_permissions(fields[2], text));
  if (fields[1].empty()) return entry;
  if (fields.size() == 4 && parse_id(fields[3], entry.id)) return entry;
  if (!parse_id(fields[1], entry.id)) entry.id = ZVFS_TRY(look_up(entry.tag, fields[1]));
  return entry;
}

std::string_view trimmed(std::string_view text) {
  while (text.starts_with(' ')) text.remove_prefix(1);
  text = text.substr(0, text.find_first_of(" \t#"));
  return text;
}

// Linux's posix_acl_valid(), for entries in its order.
bool is_valid(const std::vector<AclEntry>& entries) {
  const auto count = [&](std::uint16_t tag) {
    return static_cast<std::size_t>(std::ranges::count(entries, tag, &AclEntry::tag));
  };
  const auto is_same = [](const AclEntry& a, const AclEntry& b) {
    return a.tag == b.tag && a.id == b.id;
  };
  const bool has_objects = count(AclEntry::kUserObject) == 1 &&
                           count(AclEntry::kGroupObject) == 1 && count(AclEntry::kOther) == 1;
  const bool needs_mask = count(AclEntry::kUser) + count(AclEntry::kGroup) > 0;
  return has_objects && (!needs_mask || count(AclEntry::kMask) == 1) &&
         std::ranges::adjacent_find(entries, is_same) == entries.end();
}

}  // namespace

std::vector<AclEntry> parse_acl(ByteSpan xattr) {
  ByteReader reader(xattr);
  reader.u32();  // version
  std::vector<AclEntry> acl;
  while (reader.remaining() > 0) {
    AclEntry entry;
    entry.tag = reader.u16();
    entry.permissions = reader.u16();
    entry.id = reader.u32();
    acl.push_back(entry);
  }
  std::ranges::sort(acl);
  return acl;
}

Result<ByteVector> acl_xattr(std::string_view text) {
  std::vector<AclEntry> entries;
  for (const std::string_view part : split(text, ",\n")) {
    const std::string_view entry = trimmed(part);
    if (!entry.empty()) entries.push_back(ZVFS_TRY(parse_entry(entry)));
  }
  ByteVector xattr;
  if (entries.empty()) return xattr;
  std::ranges::sort(entries);  // in the order of tags that the kernel requires
  if (!is_valid(entries)) {
    return fail(ErrorCode::kInvalidArgument, "access control list is not one of Linux: '{}'", text);
  }
  ByteWriter writer(xattr);
  writer.u32(kVersion);
  for (const AclEntry& entry : entries) {
    writer.u16(entry.tag);
    writer.u16(entry.permissions);
    writer.u32(entry.id);
  }
  return xattr;
}

bool is_minimal_acl(ByteSpan xattr) { return parse_acl(xattr).size() <= kObjects; }

std::uint16_t acl_permissions(ByteSpan xattr) {
  unsigned user = 0;
  unsigned group = 0;
  unsigned other = 0;
  for (const AclEntry& entry : parse_acl(xattr)) {
    const unsigned permissions = entry.permissions & 7U;
    const bool is_mask = entry.tag == AclEntry::kMask;
    if (entry.tag == AclEntry::kUserObject) user = permissions;
    if (entry.tag == AclEntry::kGroupObject || is_mask) group = permissions;  // the mask follows
    if (entry.tag == AclEntry::kOther) other = permissions;
  }
  return static_cast<std::uint16_t>(user << 6 | group << 3 | other);
}

std::uint16_t acl_group_permissions(ByteSpan xattr) {
  unsigned permissions = 7;
  for (const AclEntry& entry : parse_acl(xattr)) {
    const bool bounds_group = entry.tag == AclEntry::kGroupObject || entry.tag == AclEntry::kMask;
    if (bounds_group) permissions &= entry.permissions;
  }
  return static_cast<std::uint16_t>(permissions);
}

Result<std::string> acl_text(ByteSpan xattr) {
  ByteReader reader(xattr);
  const auto invalid = [] {
    return fail(ErrorCode::kInvalidArgument, "access control list in an unknown format");
  };
  if (reader.u32() != kVersion) return invalid();
  std::string text;
  while (reader.remaining() > 0) {
    const std::uint16_t tag = reader.u16();
    const std::uint16_t permissions = reader.u16();
    const std::uint32_t id = reader.u32();
    const char* const name = qualifier_name(tag);
    if (!reader.ok() || name == nullptr || permissions > 7) return invalid();
    if (!text.empty()) text += ',';
    text += name;
    text += ':';
    if (tag == AclEntry::kUser || tag == AclEntry::kGroup) text += std::to_string(id);
    text += ':';
    text += (permissions & 4) != 0 ? 'r' : '-';
    text += (permissions & 2) != 0 ? 'w' : '-';
    text += (permissions & 1) != 0 ? 'x' : '-';
  }
  return text;
}

}  // namespace zvfs
