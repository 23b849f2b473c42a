#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "base/bytes.h"
#include "base/result.h"

namespace zvfs {

/// The formats of cpio archives that differ in their headers.
enum class CpioFormat : std::uint8_t {
  kNew,          ///< SVR4's, of hexadecimal numbers.
  kNewWithSums,  ///< The same with a sum of each file's bytes.
  kPortable,     ///< POSIX.1's, of octal numbers.
  kBinaryLittleEndian,
  kBinaryBigEndian,
};

/// The header of a cpio member, as it is in the archive. A plain value.
struct CpioHeader {
  static constexpr std::size_t kMagicSize = 6;

  std::uint64_t device = 0;  ///< With `inode`, tells which members are names of the same file.
  std::uint64_t inode = 0;
  std::uint32_t mode = 0;
  std::uint32_t uid = 0;
  std::uint32_t gid = 0;
  std::uint32_t nlink = 0;
  std::uint64_t mtime = 0;  ///< In seconds since 1970: of 32 bits or, in kPortable, 33.
  std::uint32_t rdev_major = 0;
  std::uint32_t rdev_minor = 0;
  std::uint64_t file_size = 0;
  std::uint32_t name_size = 0;  ///< With the NUL at its end.
  std::uint32_t sum = 0;        ///< Of the bytes of the file, if the format has it.

  /// The format of an archive that begins with `head`, of kMagicSize bytes at least.
  static std::optional<CpioFormat> format_of(ByteSpan head);

  /// The size of a header in bytes, and what headers with names, and data, are padded to.
  static std::size_t size(CpioFormat format);
  static std::size_t alignment(CpioFormat format);

  /// Parses a header of that format and of size(format) bytes. Errors: Corrupt.
  static Result<CpioHeader> parse(ByteSpan bytes, CpioFormat format);
};

}  // namespace zvfs
