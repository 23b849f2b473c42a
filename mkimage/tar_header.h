// Member headers of the tar stream: a pure function of a member's metadata.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <span>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "format/records.h"
#include "format/xattr_set.h"

namespace zvfs {

inline constexpr std::size_t kTarBlockSize = 512;
inline constexpr std::size_t kTarEndSize = 2 * kTarBlockSize;  ///< The end-of-archive mark.

/// The bytes from `size` to the next tar block.
constexpr std::uint32_t tar_padding(std::uint64_t size) {
  return static_cast<std::uint32_t>((kTarBlockSize - size % kTarBlockSize) % kTarBlockSize);
}

/// Records of a pax extended header, by key, as they are.
using PaxRecords = std::map<std::string, std::string, std::less<>>;

/// What the headers of one member say. A plain value that borrows what it names.
struct TarMember {
  enum class Type : char {
    kFile = '0',
    kHardLink = '1',
    kSymlink = '2',
    kCharacterDevice = '3',
    kBlockDevice = '4',
    kDirectory = '5',
    kFifo = '6',
    kSocket = 's',  ///< Of no header: a tar has none.
  };

  Type type = Type::kFile;
  std::string_view path;       ///< As stored: a directory's ends in a slash.
  std::string_view link_path;  ///< The target of a symlink, the path of a hard link's file.
  std::uint32_t mode = 0;      ///< Permissions: the lower 12 bits of st_mode.
  std::uint32_t uid = 0;
  std::uint32_t gid = 0;
  std::string_view user_name;  ///< By which extraction as root looks up the owner; empty: by uid.
  std::string_view group_name;
  std::uint64_t size = 0;  ///< Of the data in the stream: of a sparse file, without its holes.
  std::int64_t mtime_seconds = 0;
  std::uint32_t mtime_nanoseconds = 0;
  std::uint32_t device_major = 0;
  std::uint32_t device_minor = 0;
  std::span<const Xattr> xattrs;  ///< Those that extraction restores; ACLs among them.

  bool sparse = false;
  std::uint64_t real_size = 0;            ///< Of a sparse file, holes included.
  std::span<const ExtentRecord> extents;  ///< Of a sparse file.

  const PaxRecords* other_records = nullptr;  ///< What nothing above says; may be null.
};

/// Whether there is a pax record for all that a member has.
enum class PaxFit : std::uint8_t {
  kWhole,
  kCut,  ///< Not for all extended attributes and other records, which would take too much.
};

/// The type of member for a file of that st_mode, which is no socket.
TarMember::Type member_type(std::uint32_t mode);

/// What the member's size field says: its data and, of a sparse file, the map before it.
std::uint64_t tar_data_size(const TarMember& member);

/// The size of what append_tar_header() appends: a multiple of kTarBlockSize.
std::uint64_t tar_header_size(const TarMember& member);

/// Appends all that precedes the member's data: a pax extended header where ustar cannot say it
/// all, the ustar header, and a sparse file's map (which tar counts as data).
PaxFit append_tar_header(const TarMember& member, ByteVector& out);

/// Appends a pax extended header that holds for all members behind it.
void append_global_header(const PaxRecords& records, ByteVector& out);

}  // namespace zvfs
