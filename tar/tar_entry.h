#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/warnings.h"
#include "format/records.h"
#include "format/xattr_set.h"
#include "tar/tar_member.h"

namespace zvfs {

/// Linux's "nobody": the owner of members whose own is beyond 32 bits.
inline constexpr std::uint32_t kNobody = 65534;

/// A member of a tar archive, as its headers describe it. A plain value.
struct TarEntry {
  struct Note {
    Warning::Severity severity;
    std::string message;
  };

  TarMember::Type type = TarMember::Type::kFile;
  std::string path;       ///< As the archive has it: any bytes.
  std::string link_path;  ///< As it is there: a symlink's target, or a hard link's file.
  Metadata metadata;
  std::string user_name;  ///< Empty where the archive has none.
  std::string group_name;
  std::uint32_t device_major = 0;
  std::uint32_t device_minor = 0;
  XattrSet xattrs;  ///< Within the limits of the format; ACLs as the kernel has them.

  std::uint64_t header_begin = 0;  ///< Stream offset of its first header.
  std::uint64_t data_begin = 0;    ///< Stream offset of its data; a sparse map is not part of it.
  std::uint64_t data_size = 0;     ///< Bytes of data in the stream, without padding.
  std::uint64_t size = 0;          ///< Of the file, with its holes.
  /// Whether `extents` say where in the file the data belongs; they are in order, do not overlap,
  /// end within `size`, and have their stream offsets. Otherwise the data is the file.
  bool sparse = false;
  std::vector<ExtentRecord> extents;

  /// What its pax header says beside all that: comments, other times.
  PaxRecords other_records;

  std::vector<Note> notes;  ///< What of the headers could not be understood or kept.
};

/// An inode of that type, mode, owner and time; of a hard link, that of a regular file.
InodeRecord make_record(const TarEntry& entry);

/// A socket with the metadata of `record`.
TarEntry make_socket(const InodeRecord& record, std::string path, XattrSet xattrs);

/// What the headers of that member say, which is no socket. Borrows both; `path` is the entry's as
/// a header has it.
TarMember member_of(const TarEntry& entry, std::string_view path);

}  // namespace zvfs
