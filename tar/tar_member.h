// A member of a tar archive: what its headers say, in whatever form.
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

/// Records of a pax extended header, by key, unchanged.
using PaxRecords = std::map<std::string, std::string, std::less<>>;

/// What the headers of one member say. A plain value that borrows its strings and arrays.
struct TarMember {
  enum class Type : char {
    kFile = '0',
    kHardLink = '1',
    kSymlink = '2',
    kCharacterDevice = '3',
    kBlockDevice = '4',
    kDirectory = '5',
    kFifo = '6',
    kSocket = 's',  ///< Has no header: tar cannot store sockets.
  };

  Type type = Type::kFile;
  std::string_view path;       ///< As stored: that of a directory ends in a slash.
  std::string_view link_path;  ///< The target of a symlink, the path of a hard link's file.
  Metadata metadata;
  std::string_view user_name;  ///< Extraction as root looks up the owner by it; if empty, by uid.
  std::string_view group_name;
  std::uint64_t size = 0;  ///< Of the data in the stream: without the holes of a sparse file.
  std::uint32_t device_major = 0;
  std::uint32_t device_minor = 0;
  std::span<const Xattr> xattrs;  ///< Those to be restored by extraction, including ACLs.

  bool sparse = false;
  std::uint64_t real_size = 0;            ///< For a sparse file, including holes.
  std::span<const ExtentRecord> extents;  ///< For a sparse file.

  const PaxRecords* other_records = nullptr;  ///< Anything not covered above; may be null.
};

/// Whether everything that needed a pax record got one.
enum class PaxFit : std::uint8_t {
  kWhole,
  kCut,  ///< Some extended attributes and other records were too large.
};

/// The member type for a file of that type; sockets, which have none, count as regular files.
TarMember::Type member_type(FileType type);

/// The type of the file extracted from such a member; a regular file for a hard link.
FileType file_type(TarMember::Type type);

/// A member with the inode's type, metadata and device numbers, under `path`, which it borrows. The
/// caller adds the rest: link target, attributes, sizes and extents.
TarMember describe(const InodeRecord& inode, std::string_view path);

}  // namespace zvfs
