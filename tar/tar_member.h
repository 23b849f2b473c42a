// A member of a tar archive: what its headers say, whatever way they say it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <span>
#include <string>
#include <string_view>

#include "format/metadata.h"
#include "format/records.h"
#include "format/xattr_set.h"

namespace zvfs {

inline constexpr std::size_t kTarBlockSize = 512;
inline constexpr std::size_t kTarEndSize = 2 * kTarBlockSize;  ///< The end-of-archive mark.

/// The bytes from `size` to the next tar block.
constexpr std::uint32_t tar_padding(std::uint64_t size) {
  return static_cast<std::uint32_t>((kTarBlockSize - size % kTarBlockSize) % kTarBlockSize);
}

/// `size` bytes with the zeros that fill their last tar block.
constexpr std::uint64_t tar_padded(std::uint64_t size) { return size + tar_padding(size); }

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
  Metadata metadata;
  std::string_view user_name;  ///< By which extraction as root looks up the owner; empty: by uid.
  std::string_view group_name;
  std::uint64_t size = 0;  ///< Of the data in the stream: of a sparse file, without its holes.
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

/// The type of member for a file of that type; of a socket, which has none, that of a regular file.
TarMember::Type member_type(FileType type);

/// The type of the file that extraction makes of such a member: of a hard link, a regular file.
FileType file_type(TarMember::Type type);

/// A member of the inode's type, metadata and device numbers, under `path`, which it borrows. The
/// caller adds what lies elsewhere: link target, attributes, sizes and extents.
TarMember describe(const InodeRecord& inode, std::string_view path);

}  // namespace zvfs
