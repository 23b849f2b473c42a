#pragma once

#include <cstdint>
#include <string_view>

namespace zvfs {

/// The type of a file. The value is that of the upper four bits of st_mode, and of d_type. A value
/// from an image may be any number: is_known() tells.
enum class FileType : std::uint8_t {
  kFifo = 1,
  kCharacterDevice = 2,
  kDirectory = 4,
  kBlockDevice = 6,
  kRegular = 8,
  kSymlink = 10,
  kSocket = 12,
};

/// The bits of st_mode other than the type: permissions, set-user-ID, set-group-ID and sticky.
inline constexpr std::uint16_t kPermissionBits = 07777;

/// The type in a st_mode.
constexpr FileType type_of(std::uint32_t mode) { return static_cast<FileType>(mode >> 12 & 0xF); }

/// The st_mode of a file of that type with the permissions in `mode`.
constexpr std::uint16_t mode_of(FileType type, std::uint32_t mode) {
  return static_cast<std::uint16_t>(static_cast<unsigned>(type) << 12 | (mode & kPermissionBits));
}

constexpr bool is_device(FileType type) {
  return type == FileType::kCharacterDevice || type == FileType::kBlockDevice;
}

constexpr bool is_known(FileType type) {
  switch (type) {
    case FileType::kFifo:
    case FileType::kCharacterDevice:
    case FileType::kDirectory:
    case FileType::kBlockDevice:
    case FileType::kRegular:
    case FileType::kSymlink:
    case FileType::kSocket:
      return true;
  }
  return false;
}

/// The type's name for people; an unknown type is called a regular file.
constexpr std::string_view type_name(FileType type) {
  switch (type) {
    case FileType::kFifo:
      return "fifo";
    case FileType::kCharacterDevice:
      return "character device";
    case FileType::kDirectory:
      return "directory";
    case FileType::kBlockDevice:
      return "block device";
    case FileType::kRegular:
      break;
    case FileType::kSymlink:
      return "symlink";
    case FileType::kSocket:
      return "socket";
  }
  return "file";
}

}  // namespace zvfs
