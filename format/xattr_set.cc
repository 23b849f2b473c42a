#include "format/xattr_set.h"

#include <algorithm>
#include <utility>

#include "format/records.h"

namespace zvfs {

XattrSet::XattrSet(std::vector<Xattr> xattrs) {
  std::ranges::sort(xattrs, {}, &Xattr::name);
  xattrs_ = std::make_shared<const std::vector<Xattr>>(std::move(xattrs));
}

const std::vector<Xattr>& XattrSet::xattrs() const {
  static const std::vector<Xattr> none;
  return xattrs_ == nullptr ? none : *xattrs_;
}

ByteVector XattrSet::encode() const {
  ByteVector bytes;
  ByteWriter writer(bytes);
  for (const Xattr& xattr : xattrs()) {
    writer.u16(static_cast<std::uint16_t>(xattr.name.size()));
    writer.u32(static_cast<std::uint32_t>(xattr.value.size()));
    writer.append(xattr.name);
    writer.append(xattr.value);
  }
  return bytes;
}

Result<XattrSet> XattrSet::parse(ByteSpan bytes, std::uint32_t count) {
  ByteReader reader(bytes);
  std::vector<Xattr> xattrs;
  std::size_t names_size = 0;
  for (std::uint32_t i = 0; i < count; ++i) {
    const std::size_t name_size = reader.u16();
    const std::size_t value_size = reader.u32();
    const std::string_view name = as_text(reader.take(name_size));
    const ByteSpan value = reader.take(value_size);
    if (!reader.ok() || !is_xattr_name(name) || value.size() > kMaxValueSize) {
      return fail(ErrorCode::kCorrupt, "xattr set: attribute {} of {} is out of range", i, count);
    }
    if (!xattrs.empty() && xattrs.back().name >= name) {
      return fail(ErrorCode::kCorrupt, "xattr set: attribute {} of {} is out of order", i, count);
    }
    names_size += name.size() + 1;
    if (names_size > kMaxNamesSize) {
      return fail(ErrorCode::kCorrupt, "xattr set: names of more than {} bytes", kMaxNamesSize);
    }
    xattrs.push_back({std::string(name), ByteVector(value.begin(), value.end())});
  }
  if (reader.remaining() != 0) {
    return fail(ErrorCode::kCorrupt, "xattr set: {} bytes after its {} attributes",
                reader.remaining(), count);
  }
  XattrSet set;
  set.xattrs_ = std::make_shared<const std::vector<Xattr>>(std::move(xattrs));
  return set;
}

std::string XattrSet::names() const {
  std::string names;
  for (const Xattr& xattr : xattrs()) {
    names += xattr.name;
    names += '\0';
  }
  return names;
}

bool is_xattr_name(std::string_view name) {
  return !name.empty() && name.size() <= kMaxNameLength && name.find('\0') == name.npos;
}

const Xattr* find_xattr(const XattrSet& xattrs, std::string_view name) {
  const auto found = std::ranges::find(xattrs.xattrs(), name, &Xattr::name);
  return found == xattrs.xattrs().end() ? nullptr : &*found;
}

}  // namespace zvfs
