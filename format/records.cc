#include "format/records.h"

namespace zvfs {

InodeRecord InodeRecord::parse(ByteSpan row) {
  ByteReader reader(row);
  InodeRecord record;
  record.mode = reader.u16();
  record.flags = reader.u16();
  record.uid = reader.u32();
  record.gid = reader.u32();
  record.nlink = reader.u32();
  record.size = reader.u64();
  record.mtime_seconds = static_cast<std::int64_t>(reader.u64());
  record.mtime_nanoseconds = reader.u32();
  record.xattr_set = reader.u32();
  record.data = reader.u64();
  record.count = reader.u32();
  record.parent = reader.u32();
  record.allocated = reader.u64();
  return record;
}

void InodeRecord::append_to(ByteVector& out) const {
  ByteWriter writer(out);
  writer.u16(mode);
  writer.u16(flags);
  writer.u32(uid);
  writer.u32(gid);
  writer.u32(nlink);
  writer.u64(size);
  writer.u64(static_cast<std::uint64_t>(mtime_seconds));
  writer.u32(mtime_nanoseconds);
  writer.u32(xattr_set);
  writer.u64(data);
  writer.u32(count);
  writer.u32(parent);
  writer.u64(allocated);
}

void InodeRecord::set_metadata(const Metadata& metadata) {
  mode = mode_of(type(), metadata.permissions);
  uid = metadata.uid;
  gid = metadata.gid;
  set_mtime(metadata.mtime);
}

DentryRecord DentryRecord::parse(ByteSpan row) {
  ByteReader reader(row);
  DentryRecord record;
  record.name_offset = reader.u64();
  record.inode = reader.u32();
  record.name_length = reader.u16();
  record.type = static_cast<FileType>(reader.u8());
  return record;
}

void DentryRecord::append_to(ByteVector& out) const {
  ByteWriter writer(out);
  writer.u64(name_offset);
  writer.u32(inode);
  writer.u16(name_length);
  writer.u8(static_cast<std::uint8_t>(type));
  writer.zeros(1);
}

ExtentRecord ExtentRecord::parse(ByteSpan row) {
  ByteReader reader(row);
  ExtentRecord record;
  record.file_offset = reader.u64();
  record.length = reader.u64();
  record.stream_offset = reader.u64();
  record.frame = reader.u32();
  return record;
}

void ExtentRecord::append_to(ByteVector& out) const {
  ByteWriter writer(out);
  writer.u64(file_offset);
  writer.u64(length);
  writer.u64(stream_offset);
  writer.u32(frame);
  writer.zeros(4);
}

FrameRecord FrameRecord::parse(ByteSpan row) {
  ByteReader reader(row);
  FrameRecord record;
  record.image_offset = reader.u64();
  record.stream_offset = reader.u64();
  record.checksum = reader.u32();
  record.first_file = reader.u32();
  record.kind = reader.u8();
  return record;
}

void FrameRecord::append_to(ByteVector& out) const {
  ByteWriter writer(out);
  writer.u64(image_offset);
  writer.u64(stream_offset);
  writer.u32(checksum);
  writer.u32(first_file);
  writer.u8(kind);
  writer.zeros(7);
}

XattrSetRecord XattrSetRecord::parse(ByteSpan row) {
  ByteReader reader(row);
  XattrSetRecord record;
  record.offset = reader.u64();
  record.length = reader.u32();
  record.count = reader.u32();
  return record;
}

void XattrSetRecord::append_to(ByteVector& out) const {
  ByteWriter writer(out);
  writer.u64(offset);
  writer.u32(length);
  writer.u32(count);
}

bool is_valid_name(std::string_view name) {
  return name != "." && name != ".." &&
         name.find_first_of(std::string_view("/\0", 2)) == std::string_view::npos;
}

}  // namespace zvfs
