#include "tar/tar_header.h"

#include <algorithm>
#include <string>

#include <fmt/core.h>

#include "tar/pax_records.h"
#include "tar/ustar_header.h"

namespace zvfs {
namespace {

// The name that Python's tarfile uses. A reader without pax support makes one odd file of it.
constexpr std::string_view kPaxHeaderName = "././@PaxHeader";

void pad(ByteVector& out, std::size_t size) {
  const std::uint32_t padding = tar_padding(size);
  out.resize(out.size() + padding);
}

std::uint64_t pax_body_size(const TarMember& member) {
  std::uint64_t size = 0;
  for_each_pax_record(member, [&](std::string_view key, std::string_view value) {
    size += pax_record_size(key, value);
  });
  return size;
}

void append_extended_header(char type, std::uint64_t body_size, ByteVector& out) {
  UstarHeader header;
  header.path.name = kPaxHeaderName;
  header.type = type;
  header.mode = 0644;
  header.size = body_size;
  header.append_to(out);
}

PaxFit append_pax_header(const TarMember& member, std::uint64_t body_size, ByteVector& out) {
  if (body_size != 0) append_extended_header('x', body_size, out);
  const PaxFit fit = for_each_pax_record(member, [&](std::string_view key, std::string_view value) {
    append_pax_record(key, value, out);
  });
  pad(out, body_size);
  return fit;
}

// The name in the ustar header of a member whose path is in a pax record: its last component, cut.
// Not the cut path, which could end in a slash and make a file look like a directory.
std::string_view short_name(std::string_view path) {
  if (path.ends_with('/')) path.remove_suffix(1);
  return path.substr(path.rfind('/') + 1).substr(0, UstarName::kNameSize);
}

// Calls `line` with each number of the map of GNU's sparse format 1.0.
template <typename Function>
void for_each_map_number(const TarMember& member, Function&& line) {
  const bool hole_at_end =
      member.extents.empty() ||
      member.extents.back().file_offset + member.extents.back().length != member.real_size;
  line(member.extents.size() + (hole_at_end ? 1 : 0));
  for (const ExtentRecord& extent : member.extents) {
    line(extent.file_offset);
    line(extent.length);
  }
  if (hole_at_end) {
    line(member.real_size);
    line(0);
  }
}

std::uint64_t sparse_map_size(const TarMember& member) {
  std::uint64_t size = 0;
  for_each_map_number(member,
                      [&](std::uint64_t number) { size += fmt::format("{}\n", number).size(); });
  return tar_padded(size);
}

void append_sparse_map(const TarMember& member, ByteVector& out) {
  const std::size_t begin = out.size();
  for_each_map_number(
      member, [&](std::uint64_t number) { ByteWriter(out).append(fmt::format("{}\n", number)); });
  pad(out, out.size() - begin);
}

void append_ustar_header(const TarMember& member, ByteVector& out) {
  std::string sparse_name;
  UstarHeader header;
  if (member.sparse) {
    sparse_name = fmt::format("GNUSparseFile.0/{}", short_name(member.path));
    header.path.name = std::string_view(sparse_name).substr(0, UstarName::kNameSize);
  } else {
    header.path = UstarName::split(member.path).value_or(UstarName{"", short_name(member.path)});
  }
  header.link_name = member.link_path.substr(0, UstarName::kNameSize);
  header.type = static_cast<char>(member.type);
  header.mode = member.metadata.permissions;
  // A number that a pax record holds is 0 here, or the nearest that fits.
  const Metadata& metadata = member.metadata;
  header.uid = metadata.uid > kMaxUstarId ? 0 : metadata.uid;
  header.gid = metadata.gid > kMaxUstarId ? 0 : metadata.gid;
  if (member.user_name.size() <= kMaxUstarOwner) header.user_name = member.user_name;
  if (member.group_name.size() <= kMaxUstarOwner) header.group_name = member.group_name;
  const std::uint64_t size = tar_data_size(member);
  header.size = size > kMaxUstarSize ? 0 : size;
  header.mtime = static_cast<std::uint64_t>(
      std::clamp<std::int64_t>(metadata.mtime.seconds, 0, kMaxUstarTime));
  header.device_major = member.device_major;
  header.device_minor = member.device_minor;
  header.append_to(out);
}

}  // namespace

std::uint64_t tar_data_size(const TarMember& member) {
  return member.size + (member.sparse ? sparse_map_size(member) : 0);
}

std::uint64_t tar_header_size(const TarMember& member) {
  const std::uint64_t body_size = pax_body_size(member);
  return (body_size == 0 ? 0 : kTarBlockSize + tar_padded(body_size)) + kTarBlockSize +
         (member.sparse ? sparse_map_size(member) : 0);
}

PaxFit append_tar_header(const TarMember& member, ByteVector& out) {
  const PaxFit fit = append_pax_header(member, pax_body_size(member), out);
  append_ustar_header(member, out);
  if (member.sparse) append_sparse_map(member, out);
  return fit;
}

void append_global_header(const PaxRecords& records, ByteVector& out) {
  std::uint64_t size = 0;
  for (const auto& [key, value] : records) size += pax_record_size(key, value);
  append_extended_header('g', size, out);
  for (const auto& [key, value] : records) append_pax_record(key, value, out);
  pad(out, size);
}

}  // namespace zvfs
