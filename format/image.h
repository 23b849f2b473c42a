// An open image: what libzvfs offers its users. Independent of FUSE.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "format/frame.h"
#include "format/image_tables.h"
#include "format/records.h"
#include "format/xattr_set.h"

namespace zvfs {

/// An inode: its number and its record, which is checked for what every user relies on (known type,
/// sizes within the limits, bounds of the tables).
struct Inode {
  InodeNumber number;
  InodeRecord record;
};

/// A name in a directory. `name` borrows, for the duration of the call that passes it.
struct Dentry {
  std::string_view name;
  InodeNumber inode;
  FileType type;  ///< As stored in the dentry, which may be wrong: any value.
};

/// A piece of a file's content. `bytes` lie in `frame`, or for a hole in static zeros.
struct FileSlice {
  ByteSpan bytes;
  FramePtr frame;  ///< Keeps `bytes` alive; null in a hole.
};

/// A piece of a file's content, and its place in the file.
struct FileRun {
  std::uint64_t offset = 0;  ///< In bytes of the file.
  FileSlice slice;
};

/// A part of a file that is all data or all hole: [begin, end) in bytes of the file.
struct FileSegment {
  std::uint64_t begin = 0;
  std::uint64_t end = 0;
  bool is_data = false;
  StreamOffset stream = {};       ///< For data: where the byte at `begin` lies in the stream.
  FrameNumber first_frame = {};   ///< For data: where its run begins; see FrameTable::find().
  std::uint32_t next_extent = 0;  ///< Where to look for the segment at `end`; see segment_at().

  /// For Image::segment_at(): nothing is known.
  static constexpr std::uint32_t kNoHint = 0xFFFF'FFFF;
};

/// An open, immutable image. Thread-safe throughout: any number of threads may call any methods.
/// Every method checks what it reads: a hostile image gives Corrupt, never undefined behaviour.
class Image {
 public:
  /// Opens the image that ends at the end of `source`, or at the zeros that pad it. The cost does
  /// not depend on the size of the image: four reads, of less than 64 KiB in total and an index
  /// directory of at most 1 MiB, and with padding what find_image_end() reads. With options.root,
  /// five reads, and 48 bytes for each index frame. Errors: those of ImageTables::open(), and
  /// Corrupt (no root directory).
  static Result<std::unique_ptr<Image>> open(std::unique_ptr<const ImageSource> source,
                                             const ImageOptions& options);
  /// Opens an image whose tables are already open. Errors: Corrupt (no root), Io.
  static Result<std::unique_ptr<Image>> open(std::unique_ptr<const ImageTables> raw);
  ~Image();

  /// The layer below the files: frames and tables.
  [[nodiscard]] const ImageTables& raw() const;
  [[nodiscard]] const IndexHeader& header() const;

  [[nodiscard]] FrameCacheStats cache_stats() const;
  [[nodiscard]] FrameReaderStats reader_stats() const;

  /// The inode of that number. Errors: NotFound (no such number), Corrupt, Io.
  [[nodiscard]] Result<Inode> inode(InodeNumber number) const;

  /// The inode that `name` has in `directory`. "." and ".." are not looked up.
  /// Errors: NotFound, Corrupt, Io. Precondition: directory.record.is_directory().
  [[nodiscard]] Result<InodeNumber> lookup(const Inode& directory, std::string_view name) const;

  /// Calls `visit` with the entries of `directory` in name order, from number `first` (from 0) on,
  /// until it returns false. "." and ".." are not among them.
  /// Errors: Corrupt, Io. Precondition: directory.record.is_directory().
  Result<void> list(const Inode& directory, std::uint32_t first,
                    const std::function<bool(const Dentry&)>& visit) const;

  /// Errors: Corrupt, Io. Precondition: inode.record.is_symlink().
  [[nodiscard]] Result<std::string> symlink_target(const Inode& inode) const;

  /// The content of [offset, offset + length) of a regular file, cut at its end, without copying,
  /// except from frames above 512 KiB. The slices are in file order and together hold exactly the
  /// requested bytes. They pin less than `length` and 1 MiB.
  /// Errors: Corrupt, Io. Precondition: inode.record.is_regular().
  [[nodiscard]] Result<std::vector<FileSlice>> read(const Inode& inode, std::uint64_t offset,
                                                    std::uint64_t length) const;

  /// Decodes the frames of [offset, offset + length) into the cache. Skips those that are there
  /// already or that another thread is decoding, without waiting for it. Asks `goes_on` before each
  /// frame, and stops when that returns false. Errors: Corrupt, Io.
  /// Precondition: inode.record.is_regular().
  Result<void> read_ahead(const Inode& inode, std::uint64_t offset, std::uint64_t length,
                          const std::function<bool()>& goes_on) const;

  /// All the content around `offset` that lies in the same frame, as one run: what a read there has
  /// decoded anyway. Nothing in a hole. Errors: Corrupt, Io.
  /// Precondition: inode.record.is_regular() and offset < size.
  [[nodiscard]] Result<std::optional<FileRun>> frame_run(const Inode& inode,
                                                         std::uint64_t offset) const;

  /// The data or the hole at `offset`, from `offset` to its end. Adjacent extents are separate
  /// segments: the caller joins them. `hint` is the next_extent of the segment before (of
  /// FileSegment(), at offset 0), or any number: if it is right, it spares a search. Errors:
  /// Corrupt, Io. Precondition: inode.record.is_regular() and offset < size.
  [[nodiscard]] Result<FileSegment> segment_at(const Inode& inode, std::uint64_t offset,
                                               std::uint32_t hint = FileSegment::kNoHint) const;

  /// What visit_files() does with a file.
  enum class Choice : std::uint8_t { kVisit, kSkip, kStop };

  /// Calls `visit` with each file that lies in data frame `number` whole and in one run, and with
  /// its content, in stream order, until `visit` returns false. `choose` is asked first about each
  /// file. The content borrows from the frame, for the call. Damaged inodes are skipped.
  /// Errors: NotFound (no such frame), Corrupt, Io.
  Result<void> visit_files(FrameNumber number, const std::function<Choice(InodeNumber)>& choose,
                           const std::function<bool(InodeNumber, ByteSpan)>& visit) const;

  /// Decodes data frame `number` into the cache, as a frame of small files.
  /// Errors: NotFound (no such frame), Corrupt, Io.
  Result<void> prefetch(FrameNumber number) const;

  /// The value of extended attribute `name`. Errors: NotFound, Corrupt, Io.
  [[nodiscard]] Result<ByteVector> xattr(const Inode& inode, std::string_view name) const;

  /// All extended attributes. Errors: Corrupt, Io.
  [[nodiscard]] Result<XattrSet> xattrs(const Inode& inode) const;

  /// The names of all extended attributes, each followed by a NUL, as listxattr(2) gives them.
  /// Errors: Corrupt, Io.
  [[nodiscard]] Result<std::string> xattr_names(const Inode& inode) const;

 private:
  struct State;
  explicit Image(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace zvfs
