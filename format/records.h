// The rows of the index tables, as stored in an image. Spec: docs/format.md, "Tables".
//
// Every row has a power-of-two size, and every table begins at a multiple of its row size, so a row
// never straddles two index frames. A record is what the bytes say; its users check whether that is
// sane (format/index_reader.h).
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "base/bytes.h"
#include "codecs/frame_kind.h"
#include "format/file_type.h"
#include "format/metadata.h"
#include "format/offsets.h"

namespace zvfs {

/// The tables of an index, in their order in the stream of tables.
enum class Table : std::uint8_t {
  kInodes,        ///< InodeRecord, by inode number.
  kDentries,      ///< DentryRecord; a directory's are contiguous and sorted by name.
  kStrings,       ///< Bytes: names and symlink targets.
  kExtents,       ///< ExtentRecord; a sparse file's are contiguous and sorted by file offset.
  kFrames,        ///< FrameRecord, by frame number, plus one row that ends the last frame.
  kFrameFiles,    ///< u32 inode numbers of the files whose data begins in each frame.
  kXattrSets,     ///< XattrSetRecord.
  kXattrData,     ///< Bytes: attribute names and values.
  kFrameDigests,  ///< A Sha256Digest by frame number; only with the feature digests.
};
inline constexpr std::size_t kTableCount = 9;

/// The row size of each table in bytes; 1 for tables of bytes.
inline constexpr std::array<std::uint32_t, kTableCount> kRowSizes = {64, 16, 1, 32, 32,
                                                                     4,  16, 1, 32};

constexpr std::uint32_t row_size(Table table) { return kRowSizes[static_cast<std::size_t>(table)]; }

struct InodeRecord {
  /// The file's data is listed in the extents table; otherwise it is one run without holes.
  static constexpr std::uint16_t kExtentList = 1 << 0;
  static constexpr std::uint16_t kKnownFlags = kExtentList;

  std::uint16_t mode = 0;  ///< Type and permissions, as st_mode.
  std::uint16_t flags = 0;
  std::uint32_t uid = 0;
  std::uint32_t gid = 0;
  std::uint32_t nlink = 0;
  std::uint64_t size = 0;  ///< st_size in bytes.
  std::int64_t mtime_seconds = 0;
  std::uint32_t mtime_nanoseconds = 0;
  std::uint32_t xattr_set = 0;  ///< Row in the xattr sets plus 1; 0 means none.
  /// Regular file: StreamOffset of its data, or its first row in the extents table.
  /// Directory: first row in the dentries. Symlink: offset in the strings.
  /// Device: major number in the high 32 bits, minor in the low. Otherwise 0.
  std::uint64_t data = 0;
  /// Regular file: FrameNumber in which its data begins, or its number of extents.
  /// Directory: number of dentries. Otherwise 0.
  std::uint32_t count = 0;
  std::uint32_t parent = 0;     ///< Directory: inode number of its parent (the root's is 1).
  std::uint64_t allocated = 0;  ///< Regular file: bytes that are not in holes.

  [[nodiscard]] FileType type() const { return type_of(mode); }
  [[nodiscard]] bool is_directory() const { return type() == FileType::kDirectory; }
  [[nodiscard]] bool is_regular() const { return type() == FileType::kRegular; }
  [[nodiscard]] bool is_symlink() const { return type() == FileType::kSymlink; }
  [[nodiscard]] bool is_socket() const { return type() == FileType::kSocket; }
  [[nodiscard]] bool is_device() const { return zvfs::is_device(type()); }
  [[nodiscard]] bool has_extent_list() const { return (flags & kExtentList) != 0; }

  [[nodiscard]] Timestamp mtime() const { return {mtime_seconds, mtime_nanoseconds}; }
  void set_mtime(Timestamp time) {
    mtime_seconds = time.seconds;
    mtime_nanoseconds = time.nanoseconds;
  }
  [[nodiscard]] Metadata metadata() const {
    return {static_cast<std::uint16_t>(mode & kPermissionBits), uid, gid, mtime()};
  }
  /// Sets permissions, owners and time, but keeps the type.
  void set_metadata(const Metadata& metadata);

  /// For a device.
  [[nodiscard]] std::uint32_t device_major() const {
    return static_cast<std::uint32_t>(data >> 32);
  }
  [[nodiscard]] std::uint32_t device_minor() const { return static_cast<std::uint32_t>(data); }
  void set_device(std::uint32_t major, std::uint32_t minor) {
    data = std::uint64_t{major} << 32 | minor;
  }

  static InodeRecord parse(ByteSpan row);
  void append_to(ByteVector& out) const;
  bool operator==(const InodeRecord&) const = default;
};

struct DentryRecord {
  std::uint64_t name_offset = 0;  ///< In the strings.
  std::uint32_t inode = 0;
  std::uint16_t name_length = 0;  ///< 1 to kMaxNameLength bytes.
  FileType type = {};             ///< The inode's.

  static DentryRecord parse(ByteSpan row);
  void append_to(ByteVector& out) const;
  bool operator==(const DentryRecord&) const = default;
};

struct ExtentRecord {
  std::uint64_t file_offset = 0;
  std::uint64_t length = 0;  ///< In bytes, at least 1.
  std::uint64_t stream_offset = 0;
  std::uint32_t frame = 0;  ///< The frame that holds `stream_offset`.

  static ExtentRecord parse(ByteSpan row);
  void append_to(ByteVector& out) const;
  bool operator==(const ExtentRecord&) const = default;
};

/// Where a data frame begins. It ends where the next row begins, in both spaces.
struct FrameRecord {
  std::uint64_t image_offset = 0;
  std::uint64_t stream_offset = 0;
  std::uint32_t checksum = 0;
  std::uint32_t first_file = 0;  ///< Its first row in the frame files.
  std::uint8_t kind = 0;         ///< A FrameKind.

  static FrameRecord parse(ByteSpan row);
  void append_to(ByteVector& out) const;
  bool operator==(const FrameRecord&) const = default;
};

struct XattrSetRecord {
  std::uint64_t offset = 0;  ///< In the xattr data.
  std::uint32_t length = 0;  ///< In bytes, at most kMaxXattrSetSize.
  std::uint32_t count = 0;   ///< Number of attributes.

  static XattrSetRecord parse(ByteSpan row);
  void append_to(ByteVector& out) const;
  bool operator==(const XattrSetRecord&) const = default;
};

// Limits of the format (docs/format.md, "Limits").
inline constexpr std::size_t kMaxNameLength = 255;
/// Whether a dentry may have this name of 1 to kMaxNameLength bytes: it is not "." or "..", and has
/// neither a slash nor a zero byte.
bool is_valid_name(std::string_view name);

inline constexpr std::size_t kMaxSymlinkLength = 65535;
inline constexpr std::size_t kMaxXattrSetSize = std::size_t{16} << 20;
inline constexpr std::uint32_t kMaxInodes = 0xFFFF'FFFE;
inline constexpr std::uint64_t kMaxFileSize = 0x7FFF'FFFF'FFFF'FFFF;
inline constexpr std::uint32_t kMaxFrames = 0x0800'0000;  // the limit of the seekable format

}  // namespace zvfs
