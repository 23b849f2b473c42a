#include "tar/tar_member.h"

namespace zvfs {

using Type = TarMember::Type;

Type member_type(FileType type) {
  switch (type) {
    case FileType::kDirectory:
      return Type::kDirectory;
    case FileType::kSymlink:
      return Type::kSymlink;
    case FileType::kCharacterDevice:
      return Type::kCharacterDevice;
    case FileType::kBlockDevice:
      return Type::kBlockDevice;
    case FileType::kFifo:
      return Type::kFifo;
    default:
      return Type::kFile;
  }
}

FileType file_type(Type type) {
  switch (type) {
    case Type::kSymlink:
      return FileType::kSymlink;
    case Type::kCharacterDevice:
      return FileType::kCharacterDevice;
    case Type::kBlockDevice:
      return FileType::kBlockDevice;
    case Type::kDirectory:
      return FileType::kDirectory;
    case Type::kFifo:
      return FileType::kFifo;
    case Type::kSocket:
      return FileType::kSocket;
    case Type::kFile:
    case Type::kHardLink:
      break;
  }
  return FileType::kRegular;
}

TarMember describe(const InodeRecord& inode, std::string_view path) {
  TarMember member;
  member.type = member_type(inode.type());
  member.path = path;
  member.metadata = inode.metadata();
  if (inode.is_device()) {
    member.device_major = inode.device_major();
    member.device_minor = inode.device_minor();
  }
  return member;
}

}  // namespace zvfs
