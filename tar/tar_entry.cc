#include "tar/tar_entry.h"

#include <utility>

namespace zvfs {

using Type = TarMember::Type;

InodeRecord make_record(const TarEntry& entry) {
  InodeRecord record;
  record.mode = mode_of(file_type(entry.type), 0);
  record.set_metadata(entry.metadata);
  return record;
}

TarEntry make_socket(const InodeRecord& record, std::string path, XattrSet xattrs) {
  TarEntry socket;
  socket.type = Type::kSocket;
  socket.path = std::move(path);
  socket.metadata = record.metadata();
  socket.xattrs = std::move(xattrs);
  return socket;
}

TarMember member_of(const TarEntry& entry, std::string_view path) {
  TarMember member;
  member.type = entry.type;
  member.path = path;
  const bool is_link = entry.type == Type::kHardLink || entry.type == Type::kSymlink;
  if (is_link) member.link_path = entry.link_path;
  member.metadata = entry.metadata;
  member.user_name = entry.user_name;
  member.group_name = entry.group_name;
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
