#include "mkimage/posix_acl.h"

namespace zvfs {
namespace {

constexpr std::uint32_t kVersion = 2;
enum Tag : std::uint16_t {
  kUserObj = 0x01,
  kUser = 0x02,
  kGroupObj = 0x04,
  kGroup = 0x08,
  kMask = 0x10,
  kOther = 0x20,
};

const char* qualifier_name(std::uint16_t tag) {
  switch (tag) {
    case kUserObj:
    case kUser:
      return "user";
    case kGroupObj:
    case kGroup:
      return "group";
    case kMask:
      return "mask";
    case kOther:
      return "other";
    default:
      return nullptr;
  }
}

}  // namespace

Result<std::string> acl_text(ByteSpan xattr) {
  ByteReader reader(xattr);
  const auto invalid = [] {
    return fail(ErrorCode::kInvalidArgument, "access control list of an unknown form");
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
    if (tag == kUser || tag == kGroup) text += std::to_string(id);
    text += ':';
    text += (permissions & 4) != 0 ? 'r' : '-';
    text += (permissions & 2) != 0 ? 'w' : '-';
    text += (permissions & 1) != 0 ? 'x' : '-';
  }
  return text;
}

}  // namespace zvfs
