#include "tar/tar_entry.h"

#include <utility>

namespace zvfs {

namespace {

using Type = TarMember::Type;

// The file type in st_mode.
std::uint16_t type_bits(Type type) {
  switch (type) {
    case Type::kSymlink:
      return 0120000;
    case Type::kCharacterDevice:
      return 0020000;
    case Type::kBlockDevice:
      return 0060000;
    case Type::kDirectory:
      return 0040000;
    case Type::kFifo:
      return 0010000;
    case Type::kSocket:
      return 0140000;
    default:
      return 0100000;
  }
}

}  // namespace

InodeRecord metadata_of(const TarEntry& entry) {
  InodeRecord record;
  record.mode = static_cast<std::uint16_t>(type_bits(entry.type) | entry.mode);
  record.uid = entry.uid;
  record.gid = entry.gid;
  record.mtime_seconds = entry.mtime_seconds;
  record.mtime_nanoseconds = entry.mtime_nanoseconds;
  return record;
}

void set_metadata(const InodeRecord& record, TarEntry& entry) {
  entry.mode = record.mode & 07777;
  entry.uid = record.uid;
  entry.gid = record.gid;
  entry.mtime_seconds = record.mtime_seconds;
  entry.mtime_nanoseconds = record.mtime_nanoseconds;
}

TarEntry make_socket(const InodeRecord& record, std::string path, XattrSet xattrs) {
  TarEntry socket;
  socket.type = Type::kSocket;
  socket.path = std::move(path);
  set_metadata(record, socket);
  socket.xattrs = std::move(xattrs);
  return socket;
}

TarMember member_of(const TarEntry& entry, std::string_view path) {
  TarMember member;
  member.type = entry.type;
  member.path = path;
  const bool is_link = entry.type == Type::kHardLink || entry.type == Type::kSymlink;
  if (is_link) member.link_path = entry.link_path;
  member.mode = entry.mode;
  member.uid = entry.uid;
  member.gid = entry.gid;
  member.user_name = entry.user_name;
  member.group_name = entry.group_name;
  member.mtime_seconds = entry.mtime_seconds;
  member.mtime_nanoseconds = entry.mtime_nanoseconds;
  member.xattrs = entry.xattrs.xattrs();
  if (entry.type == Type::kCharacterDevice || entry.type == Type::kBlockDevice) {
    member.device_major = entry.device_major;
    member.device_minor = entry.device_minor;
  }
  if (entry.type == Type::kFile) {
    member.size = entry.data_size;
    member.sparse = entry.sparse;
    member.real_size = entry.size;
    member.extents = entry.extents;
  }
  member.other_records = &entry.other_records;
  return member;
}

}  // namespace zvfs
