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

/// Linux's "nobody": the owner of members with an owner beyond 32 bits.
inline constexpr std::uint32_t kNobody = 65534;

/// A member of a tar archive, as its headers describe it. A plain value.
struct TarEntry {
  struct Note {
    Warning::Severity severity;
    std::string message;
  };

  TarMember::Type type = TarMember::Type::kFile;
  std::string path;       ///< As in the archive: any bytes.
  std::string link_path;  ///< As in the archive: a symlink's target, or a hard link's file.
  Metadata metadata;
  std::string user_name;  ///< Empty if the archive has none.
  std::string group_name;
  std::uint32_t device_major = 0;
  std::uint32_t device_minor = 0;
  XattrSet xattrs;  ///< Within the limits of the format; ACLs in the kernel's form.

  std::uint64_t header_begin = 0;  ///< Stream offset of its first header.
  std::uint64_t data_begin = 0;    ///< Stream offset of its data, after any sparse map.
  std::uint64_t data_size = 0;     ///< Bytes of data in the stream, without padding.
  std::uint64_t size = 0;          ///< Of the file, including holes.
  /// Whether `extents` say where in the file the data belongs. They are in order, do not overlap,
  /// end within `size`, and have their stream offsets. Otherwise the data is the whole file.
  bool sparse = false;
  std::vector<ExtentRecord> extents;

  /// Anything else in its pax header: comments, other times.
  PaxRecords other_records;

  std::vector<Note> notes;  ///< Parts of the headers that were not understood or kept.
};

/// An inode with that type, mode, owner and time; for a hard link, with the type of a regular file.
InodeRecord make_record(const TarEntry& entry);

/// A socket with the metadata of `record`.
TarEntry make_socket(const InodeRecord& record, std::string path, XattrSet xattrs);

/// The member that the headers of `entry`, which is not a socket, describe. Borrows both arguments;
/// `path` is the entry's path as stored in a header.
TarMember member_of(const TarEntry& entry, std::string_view path);

}  // namespace zvfs
