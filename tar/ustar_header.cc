#include "tar/ustar_header.h"

#include <cassert>
#include <cstring>
#include <numeric>
#include <span>

namespace zvfs {
namespace {

constexpr std::size_t kBlockSize = 512;

struct Field {
  std::size_t offset;
  std::size_t size;
};
constexpr Field kName{0, 100};
constexpr Field kMode{100, 8};
constexpr Field kUid{108, 8};
constexpr Field kGid{116, 8};
constexpr Field kSize{124, 12};
constexpr Field kMtime{136, 12};
constexpr Field kChecksum{148, 8};
constexpr Field kType{156, 1};
constexpr Field kLinkName{157, 100};
constexpr Field kMagic{257, 8};
constexpr Field kUserName{265, 32};
constexpr Field kGroupName{297, 32};
constexpr Field kDeviceMajor{329, 8};
constexpr Field kDeviceMinor{337, 8};
constexpr Field kPrefix{345, 155};

class Block {
 public:
  explicit Block(std::span<std::byte, kBlockSize> bytes) : bytes_(bytes) {}

  void text(Field field, std::string_view value) {
    assert(value.size() <= field.size);
    if (!value.empty()) std::memcpy(&bytes_[field.offset], value.data(), value.size());
  }
  // `digits` octal digits; the rest of the field stays zero.
  void octal(Field field, std::uint64_t value, std::size_t digits) {
    for (std::size_t i = digits; i-- > 0; value >>= 3) {
      bytes_[field.offset + i] = static_cast<std::byte>('0' + (value & 7));
    }
    assert(value == 0);
  }
  void octal(Field field, std::uint64_t value) { octal(field, value, field.size - 1); }

  // The sum of all bytes, with those of its own field counted as spaces.
  void checksum() {
    std::memset(&bytes_[kChecksum.offset], ' ', kChecksum.size);
    std::uint32_t sum = 0;
    for (const std::byte byte : bytes_) sum += static_cast<std::uint8_t>(byte);
    octal(kChecksum, sum, 6);
    bytes_[kChecksum.offset + 6] = std::byte{0};
  }

 private:
  std::span<std::byte, kBlockSize> bytes_;
};

}  // namespace

std::optional<UstarName> UstarName::split(std::string_view path) {
  if (path.size() <= kNameSize) return UstarName{"", path};
  // The first slash that leaves at most a name after it. A name must not be empty.
  const std::size_t slash = path.find('/', path.size() - kNameSize - 1);
  if (slash == path.npos || slash > kPrefixSize || slash + 1 == path.size()) return std::nullopt;
  return UstarName{path.substr(0, slash), path.substr(slash + 1)};
}

void UstarHeader::append_to(ByteVector& out) const {
  out.resize(out.size() + kBlockSize);
  Block block(MutableByteSpan(out).last<kBlockSize>());
  block.text(kName, path.name);
  block.text(kPrefix, path.prefix);
  block.text(kLinkName, link_name);
  block.text(kType, {&type, 1});
  block.octal(kMode, mode);
  block.octal(kUid, uid);
  block.octal(kGid, gid);
  block.octal(kSize, size);
  block.octal(kMtime, mtime);
  block.text(kMagic, std::string_view("ustar\00000", kMagic.size));
  block.text(kUserName, user_name);
  block.text(kGroupName, group_name);
  block.octal(kDeviceMajor, device_major);
  block.octal(kDeviceMinor, device_minor);
  block.checksum();
}

}  // namespace zvfs
