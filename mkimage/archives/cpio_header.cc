#include "mkimage/archives/cpio_header.h"

#include <charconv>
#include <string_view>
#include <sys/sysmacros.h>
#include <system_error>

namespace zvfs {
namespace {

constexpr std::uint16_t kBinaryMagic = 070707;

/// Reads fields of digits from the front of a header. Not thread-safe.
class DigitReader {
 public:
  DigitReader(ByteSpan bytes, int base) : rest_(as_text(bytes)), base_(base) {}

  template <typename T>
  void read(std::size_t width, T& out) {
    const std::string_view text = rest_.substr(0, width);
    rest_.remove_prefix(width);
    const char* const end = text.data() + text.size();
    const auto [stopped, error] = std::from_chars(text.data(), end, out, base_);
    ok_ = ok_ && error == std::errc() && stopped == end;
  }
  void skip(std::size_t width) { rest_.remove_prefix(width); }

  [[nodiscard]] bool ok() const { return ok_; }

 private:
  std::string_view rest_;
  const int base_;
  bool ok_ = true;
};

void set_rdev(std::uint64_t rdev, CpioHeader& header) {
  header.rdev_major = ::major(rdev);
  header.rdev_minor = ::minor(rdev);
}

Unexpected not_numbers() { return fail(ErrorCode::kCorrupt, "a header with fields not numbers"); }

Result<CpioHeader> parse_new(ByteSpan bytes) {
  CpioHeader header;
  DigitReader digits(bytes, 16);
  std::uint32_t device_major = 0;
  std::uint32_t device_minor = 0;
  digits.skip(CpioHeader::kMagicSize);
  digits.read(8, header.inode);
  for (std::uint32_t* field : {&header.mode, &header.uid, &header.gid, &header.nlink}) {
    digits.read(8, *field);
  }
  digits.read(8, header.mtime);
  digits.read(8, header.file_size);
  for (std::uint32_t* field : {&device_major, &device_minor, &header.rdev_major, &header.rdev_minor,
                               &header.name_size, &header.sum}) {
    digits.read(8, *field);
  }
  header.device = std::uint64_t{device_major} << 32 | device_minor;
  if (!digits.ok()) return not_numbers();
  return header;
}

Result<CpioHeader> parse_portable(ByteSpan bytes) {
  CpioHeader header;
  DigitReader digits(bytes, 8);
  std::uint64_t rdev = 0;
  digits.skip(CpioHeader::kMagicSize);
  digits.read(6, header.device);
  digits.read(6, header.inode);
  for (std::uint32_t* field : {&header.mode, &header.uid, &header.gid, &header.nlink}) {
    digits.read(6, *field);
  }
  digits.read(6, rdev);
  digits.read(11, header.mtime);
  digits.read(6, header.name_size);
  digits.read(11, header.file_size);
  if (!digits.ok()) return not_numbers();
  set_rdev(rdev, header);
  return header;
}

/// Reads numbers of 16 bits in either order of bytes, and of 32 bits with the higher half first.
class HalfWordReader {
 public:
  HalfWordReader(ByteSpan bytes, bool big_endian) : bytes_(bytes), big_endian_(big_endian) {}

  std::uint16_t u16() {
    const auto number = bytes_.u16();
    const auto swapped = static_cast<std::uint16_t>(number << 8 | number >> 8);
    return big_endian_ ? swapped : number;
  }
  std::uint32_t u32() {
    const std::uint32_t high = u16();
    return high << 16 | u16();
  }

 private:
  ByteReader bytes_;
  const bool big_endian_;
};

Result<CpioHeader> parse_binary(ByteSpan bytes, bool big_endian) {
  CpioHeader header;
  HalfWordReader fields(bytes, big_endian);
  if (fields.u16() != kBinaryMagic) {
    return fail(ErrorCode::kCorrupt, "no header where one must be");
  }
  header.device = fields.u16();
  header.inode = fields.u16();
  header.mode = fields.u16();
  header.uid = fields.u16();
  header.gid = fields.u16();
  header.nlink = fields.u16();
  set_rdev(fields.u16(), header);
  header.mtime = fields.u32();
  header.name_size = fields.u16();
  header.file_size = fields.u32();
  return header;
}

}  // namespace

std::optional<CpioFormat> CpioHeader::format_of(ByteSpan head) {
  if (head.size() < kMagicSize) return std::nullopt;
  const std::string_view magic = as_text(head.first(kMagicSize));
  if (magic == "070701") return CpioFormat::kNew;
  if (magic == "070702") return CpioFormat::kNewWithSums;
  if (magic == "070707") return CpioFormat::kPortable;
  if (HalfWordReader(head, false).u16() == kBinaryMagic) return CpioFormat::kBinaryLittleEndian;
  if (HalfWordReader(head, true).u16() == kBinaryMagic) return CpioFormat::kBinaryBigEndian;
  return std::nullopt;
}

std::size_t CpioHeader::size(CpioFormat format) {
  switch (format) {
    case CpioFormat::kNew:
    case CpioFormat::kNewWithSums:
      return 110;
    case CpioFormat::kPortable:
      return 76;
    default:
      return 26;
  }
}

std::size_t CpioHeader::alignment(CpioFormat format) {
  switch (format) {
    case CpioFormat::kNew:
    case CpioFormat::kNewWithSums:
      return 4;
    case CpioFormat::kPortable:
      return 1;
    default:
      return 2;
  }
}

Result<CpioHeader> CpioHeader::parse(ByteSpan bytes, CpioFormat format) {
  if (format_of(bytes) != format) return fail(ErrorCode::kCorrupt, "no header where one must be");
  switch (format) {
    case CpioFormat::kNew:
    case CpioFormat::kNewWithSums:
      return parse_new(bytes);
    case CpioFormat::kPortable:
      return parse_portable(bytes);
    case CpioFormat::kBinaryLittleEndian:
      return parse_binary(bytes, false);
    case CpioFormat::kBinaryBigEndian:
      break;
  }
  return parse_binary(bytes, true);
}

}  // namespace zvfs
