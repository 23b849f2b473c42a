#include "tar/pax_records.h"

#include <cstdint>
#include <string>

#include <fmt/core.h>

#include "base/utf8.h"
#include "tar/posix_acl.h"
#include "tar/tar_header.h"
#include "tar/ustar_header.h"

namespace zvfs {
namespace {

constexpr std::size_t decimal_digits(std::size_t number) {
  std::size_t digits = 1;
  for (; number >= 10; number /= 10) ++digits;
  return digits;
}

// "-0.5" is half a second before 1970, which a timespec stores as -1 s and 500,000,000 ns.
std::string time_text(std::int64_t seconds, std::uint32_t nanoseconds) {
  const bool negative = seconds < 0;
  std::uint64_t whole = static_cast<std::uint64_t>(seconds);
  if (negative) {
    whole = ~whole + 1;  // the absolute value, even of the lowest number of seconds
    if (nanoseconds != 0) {
      --whole;
      nanoseconds = 1'000'000'000 - nanoseconds;
    }
  }
  std::string text = fmt::format("{}{}", negative ? "-" : "", whole);
  if (nanoseconds == 0) return text;
  text += fmt::format(".{:09}", nanoseconds);
  text.erase(text.find_last_not_of('0') + 1);
  return text;
}

// GNU tar's coding of a name before "="; GNU tar decodes it on extraction.
std::string xattr_key(std::string_view name) {
  std::string key = "SCHILY.xattr.";
  for (const char c : name) {
    if (c == '%') {
      key += "%25";
    } else if (c == '=') {
      key += "%3D";
    } else {
      key += c;
    }
  }
  return key;
}

class RecordEmitter {
 public:
  RecordEmitter(const TarMember& member, const PaxSink& sink) : member_(member), sink_(sink) {}

  PaxFit emit_all() {
    emit_names();
    emit_owner_names();
    emit_numbers();
    if (member_.sparse) emit_sparse();
    emit_acls();
    for (const Xattr& xattr : member_.xattrs) emit_xattr(xattr);
    if (member_.other_records == nullptr) return fit_;
    for (const auto& [key, value] : *member_.other_records) emit_if_room(key, value);
    return fit_;
  }

 private:
  void emit(std::string_view key, std::string_view value) {
    size_ += pax_record_size(key, value);
    sink_(key, value);
  }
  void emit(std::string_view key, std::uint64_t value) { emit(key, fmt::format("{}", value)); }

  // Records whose size is up to the owner of the tree.
  void emit_if_room(std::string_view key, std::string_view value) {
    if (pax_record_size(key, value) <= kMaxPaxSize - std::min(size_, kMaxPaxSize)) {
      emit(key, value);
    } else {
      fit_ = PaxFit::kCut;
    }
  }

  void emit_names() {
    const bool path = !member_.sparse && !UstarName::split(member_.path);
    const bool link_path = member_.link_path.size() > UstarName::kNameSize;
    // bsdtar assumes that names are UTF-8 unless told otherwise; GNU tar does not care.
    if (((path || member_.sparse) && !is_utf8(member_.path)) ||
        (link_path && !is_utf8(member_.link_path))) {
      emit("hdrcharset", "BINARY");
    }
    if (path) emit("path", member_.path);
    if (link_path) emit("linkpath", member_.link_path);
  }

  void emit_owner_names() {
    if (member_.user_name.size() > kMaxUstarOwner) emit_if_room("uname", member_.user_name);
    if (member_.group_name.size() > kMaxUstarOwner) emit_if_room("gname", member_.group_name);
  }

  void emit_numbers() {
    if (member_.metadata.uid > kMaxUstarId) emit("uid", member_.metadata.uid);
    if (member_.metadata.gid > kMaxUstarId) emit("gid", member_.metadata.gid);
    const std::uint64_t size = tar_data_size(member_);
    if (size > kMaxUstarSize) emit("size", size);
    if (member_.metadata.mtime.nanoseconds != 0 || member_.metadata.mtime.seconds < 0 ||
        member_.metadata.mtime.seconds > kMaxUstarTime) {
      emit("mtime", time_text(member_.metadata.mtime.seconds, member_.metadata.mtime.nanoseconds));
    }
  }

  void emit_sparse() {
    emit("GNU.sparse.major", "1");
    emit("GNU.sparse.minor", "0");
    emit("GNU.sparse.name", member_.path);
    emit("GNU.sparse.realsize", member_.real_size);
  }

  // Neither GNU tar nor bsdtar restores an ACL from SCHILY.xattr.system.posix_acl_access.
  void emit_acls() {
    for (const Xattr& xattr : member_.xattrs) {
      const bool access = xattr.name == kAccessAclName;
      if (!access && xattr.name != kDefaultAclName) continue;
      const Result<std::string> text = acl_text(xattr.value);
      if (text) emit_if_room(access ? "SCHILY.acl.access" : "SCHILY.acl.default", *text);
    }
  }

  void emit_xattr(const Xattr& xattr) {
    if (xattr.name == kAccessAclName || xattr.name == kDefaultAclName) return;
    emit_if_room(xattr_key(xattr.name), as_text(xattr.value));
  }

  const TarMember& member_;
  const PaxSink& sink_;
  std::size_t size_ = 0;
  PaxFit fit_ = PaxFit::kWhole;
};

}  // namespace

PaxFit for_each_pax_record(const TarMember& member, const PaxSink& record) {
  return RecordEmitter(member, record).emit_all();
}

std::string decoded_xattr_name(std::string_view text) {
  std::string name;
  while (!text.empty()) {
    const bool is_equals = text.starts_with("%3D");
    const bool is_coded = is_equals || text.starts_with("%25");
    name += is_equals ? '=' : text.front();
    text.remove_prefix(is_coded ? 3 : 1);
  }
  return name;
}

std::size_t pax_record_size(std::string_view key, std::string_view value) {
  const std::size_t rest = key.size() + value.size() + 3;  // a space, "=" and a newline
  // The length counts its own digits, which may make it one digit longer.
  std::size_t size = rest + decimal_digits(rest);
  if (rest + decimal_digits(size) != size) ++size;
  return size;
}

void append_pax_record(std::string_view key, std::string_view value, ByteVector& out) {
  ByteWriter writer(out);
  writer.append(fmt::format("{} ", pax_record_size(key, value)));
  writer.append(key);
  writer.append("=");
  writer.append(value);
  writer.append("\n");
}

}  // namespace zvfs
