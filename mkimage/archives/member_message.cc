#include "mkimage/archives/member_message.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

namespace zvfs {
namespace {

using Type = TarMember::Type;

Unexpected malformed() {
  return fail(ErrorCode::kCorrupt, "the process that reads the archive sent nonsense");
}

/// Appends numbers, and texts with their sizes. Not thread-safe.
class FieldWriter {
 public:
  explicit FieldWriter(ByteVector& out) : out_(out) {}

  template <typename T>
  void number(T value) {
    out_.write(value);
  }
  void bytes(ByteSpan value) {
    out_.u32(static_cast<std::uint32_t>(value.size()));
    out_.append(value);
  }
  void text(std::string_view value) { bytes(as_bytes(value)); }

 private:
  ByteWriter out_;
};

/// Reads what FieldWriter writes. Not thread-safe.
class FieldReader {
 public:
  explicit FieldReader(ByteSpan bytes) : in_(bytes) {}

  std::uint8_t u8() { return in_.u8(); }
  std::uint16_t u16() { return in_.u16(); }
  std::uint32_t u32() { return in_.u32(); }
  std::uint64_t u64() { return in_.u64(); }
  ByteSpan bytes() { return in_.take(in_.u32()); }
  std::string text() { return std::string(as_text(bytes())); }
  [[nodiscard]] bool ok() const { return in_.ok(); }
  [[nodiscard]] bool at_end() const { return in_.ok() && in_.remaining() == 0; }

 private:
  ByteReader in_;
};

bool is_type(std::uint8_t value) {
  const auto type = static_cast<Type>(value);
  return (type >= Type::kFile && type <= Type::kFifo) || type == Type::kSocket;
}

void append_entry(const TarEntry& entry, FieldWriter& out) {
  out.number(static_cast<std::uint8_t>(entry.type));
  out.text(entry.path);
  out.text(entry.link_path);
  out.number(entry.metadata.permissions);
  out.number(entry.metadata.uid);
  out.number(entry.metadata.gid);
  out.number(static_cast<std::uint64_t>(entry.metadata.mtime.seconds));
  out.number(entry.metadata.mtime.nanoseconds);
  out.text(entry.user_name);
  out.text(entry.group_name);
  out.number(entry.device_major);
  out.number(entry.device_minor);
  out.number(entry.data_size);
  out.number(static_cast<std::uint32_t>(entry.xattrs.xattrs().size()));
  for (const Xattr& xattr : entry.xattrs.xattrs()) {
    out.text(xattr.name);
    out.bytes(xattr.value);
  }
  out.number(static_cast<std::uint32_t>(entry.notes.size()));
  for (const TarEntry::Note& note : entry.notes) {
    out.number(static_cast<std::uint8_t>(note.severity));
    out.text(note.message);
  }
}

Result<XattrSet> parse_xattrs(FieldReader& in) {
  std::vector<Xattr> xattrs;
  const std::uint32_t count = in.u32();
  for (std::uint32_t i = 0; i < count && in.ok(); ++i) {
    std::string name = in.text();
    const ByteSpan value = in.bytes();
    if (name.empty() || name.size() > kMaxNameLength || name.find('\0') != std::string::npos ||
        value.size() > XattrSet::kMaxValueSize) {
      return malformed();
    }
    xattrs.push_back({std::move(name), ByteVector(value.begin(), value.end())});
  }
  std::ranges::sort(xattrs, {}, &Xattr::name);
  const auto repeated = std::ranges::adjacent_find(xattrs, {}, &Xattr::name);
  if (repeated != xattrs.end()) return malformed();
  return XattrSet(std::move(xattrs));
}

Result<std::vector<TarEntry::Note>> parse_notes(FieldReader& in) {
  std::vector<TarEntry::Note> notes;
  const std::uint32_t count = in.u32();
  for (std::uint32_t i = 0; i < count && in.ok(); ++i) {
    const auto severity = static_cast<Warning::Severity>(in.u8());
    if (severity > Warning::Severity::kUnreadable) return malformed();
    notes.push_back({severity, in.text()});
  }
  return notes;
}

Result<TarEntry> parse_entry(FieldReader& in) {
  TarEntry entry;
  const std::uint8_t type = in.u8();
  if (!is_type(type)) return malformed();
  entry.type = static_cast<Type>(type);
  entry.path = in.text();
  entry.link_path = in.text();
  entry.metadata.permissions = static_cast<std::uint16_t>(in.u16() & kPermissionBits);
  entry.metadata.uid = in.u32();
  entry.metadata.gid = in.u32();
  entry.metadata.mtime.seconds = static_cast<std::int64_t>(in.u64());
  entry.metadata.mtime.nanoseconds = in.u32();
  entry.user_name = in.text();
  entry.group_name = in.text();
  entry.device_major = in.u32();
  entry.device_minor = in.u32();
  entry.size = entry.data_size = in.u64();
  entry.xattrs = ZVFS_TRY(parse_xattrs(in));
  entry.notes = ZVFS_TRY(parse_notes(in));
  const bool may_have_data = entry.type == Type::kFile || entry.type == Type::kHardLink;
  if (entry.metadata.mtime.nanoseconds >= 1'000'000'000 || entry.data_size > kMaxFileSize ||
      (entry.data_size > 0 && !may_have_data)) {
    return malformed();
  }
  return entry;
}

}  // namespace

void append_member(const SourceMember& member, ByteVector& bytes) {
  FieldWriter out(bytes);
  out.text(member.path);
  out.number(static_cast<std::uint8_t>(member.has_other_names ? 1 : 0));
  out.number(static_cast<std::uint8_t>(member.entry ? 1 : 0));
  if (member.entry) {
    append_entry(*member.entry, out);
  } else {
    out.text(member.entry.error().message);
  }
}

Result<SourceMember> parse_member(ByteSpan bytes) {
  FieldReader in(bytes);
  std::string path = in.text();
  const bool has_other_names = in.u8() != 0;
  if (in.u8() == 0) {
    std::string message = in.text();
    if (!in.at_end()) return malformed();
    return SourceMember{std::move(path), fail(ErrorCode::kInvalidArgument, "{}", message),
                        has_other_names};
  }
  auto entry = ZVFS_TRY(parse_entry(in));
  if (!in.at_end()) return malformed();
  return SourceMember{std::move(path), std::move(entry), has_other_names};
}

void append_error(const Error& error, ByteVector& bytes) {
  FieldWriter out(bytes);
  out.number(static_cast<std::uint8_t>(error.code));
  out.text(error.message);
}

Result<Error> parse_error(ByteSpan bytes) {
  FieldReader in(bytes);
  const auto code = static_cast<ErrorCode>(in.u8());
  std::string message = in.text();
  if (!in.at_end() || code > ErrorCode::kNoMemory) return malformed();
  return Error{code, std::move(message)};
}

}  // namespace zvfs
