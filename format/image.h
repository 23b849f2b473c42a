// An open image: what libzvfs offers its users. No FUSE in it.
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

/// An inode: its number and its record, checked for what every user relies on (known type, sizes
/// within the limits, tables' bounds).
struct Inode {
  InodeNumber number;
  InodeRecord record;
};

/// A name in a directory. `name` borrows for the call that hands it out.
struct Dentry {
  std::string_view name;
  InodeNumber inode;
  FileType type;  ///< As the dentry has it, which may be wrong: any value.
};

/// A piece of a file's content. `bytes` lie in `frame`, or, in a hole, in static zeros.
struct FileSlice {
  ByteSpan bytes;
  FramePtr frame;  ///< Keeps `bytes` alive; null in a hole.
};

/// A piece of a file's content, and where in the file it lies.
struct FileRun {
  std::uint64_t offset = 0;  ///< In bytes of the file.
  FileSlice slice;
};

/// A run of a file that is all data or all hole: [begin, end) in bytes of the file.
struct FileSegment {
  std::uint64_t begin = 0;
  std::uint64_t end = 0;
  bool is_data = false;
  StreamOffset stream = {};      ///< Of data: where the byte at `begin` lies in the stream.
  FrameNumber first_frame = {};  ///< Of data: where its run begins; see FrameTable::find().
};

/// An open, immutable image. Thread-safe throughout: any number of threads may call any methods.
/// Every method checks what it reads: a hostile image gives Corrupt, never undefined behaviour.
class Image {
 public:
  /// Opens the image that ends where `source` ends. Its cost does not depend on the image's
  /// size: four reads, of less than 64 KiB in all.
  /// Errors: InvalidArgument (not a zvfs image), Corrupt, Unsupported (needs a newer zvfs), Io.
  static Result<std::unique_ptr<Image>> open(std::unique_ptr<const ImageSource> source,
                                             const ImageOptions& options);
  /// The image whose lower half was opened before. Errors: Corrupt (no root), Io.
  static Result<std::unique_ptr<Image>> open(std::unique_ptr<const ImageTables> raw);
  ~Image();

  /// What lies below the files: frames and tables.
  [[nodiscard]] const ImageTables& raw() const;
  [[nodiscard]] const IndexHeader& header() const;

  [[nodiscard]] FrameCacheStats cache_stats() const;
  [[nodiscard]] FrameReaderStats reader_stats() const;

  /// The inode of that number. Errors: NotFound (no such number), Corrupt, Io.
  [[nodiscard]] Result<Inode> inode(InodeNumber number) const;

  /// The inode that `name` has in `directory`. "." and ".." are not looked up.
  /// Errors: NotFound, Corrupt, Io. Precondition: directory.record.is_directory().
  [[nodiscard]] Result<InodeNumber> lookup(const Inode& directory, std::string_view name) const;

  /// Calls `visit` with each entry of `directory` from the `first`th (from 0) on, in the order of
  /// their names, until it returns false. "." and ".." are not among them.
  /// Errors: Corrupt, Io. Precondition: directory.record.is_directory().
  Result<void> list(const Inode& directory, std::uint32_t first,
                    const std::function<bool(const Dentry&)>& visit) const;

  /// Errors: Corrupt, Io. Precondition: inode.record.is_symlink().
  [[nodiscard]] Result<std::string> symlink_target(const Inode& inode) const;

  /// The content of [offset, offset + length) of a regular file, cut at its end, without copying:
  /// slices in file order, which together hold exactly the bytes asked for.
  /// Errors: Corrupt, Io. Precondition: inode.record.is_regular().
  [[nodiscard]] Result<std::vector<FileSlice>> read(const Inode& inode, std::uint64_t offset,
                                                    std::uint64_t length) const;

  /// Decodes the frames of [offset, offset + length) into the cache, but for those that are there,
  /// or that another thread is decoding: it waits for none. Asks `goes_on` before each, and ends
  /// when that is false. Errors: Corrupt, Io.
  /// Precondition: inode.record.is_regular().
  Result<void> read_ahead(const Inode& inode, std::uint64_t offset, std::uint64_t length,
                          const std::function<bool()>& goes_on) const;

  /// All the content around `offset` that lies in the same frame, in one run: what a read there
  /// has decoded. Nothing in a hole. Errors: Corrupt, Io.
  /// Precondition: inode.record.is_regular() and offset < size.
  [[nodiscard]] Result<std::optional<FileRun>> frame_run(const Inode& inode,
                                                         std::uint64_t offset) const;

  /// The data or the hole that `offset` lies in, from `offset` to its end. Adjacent extents make
  /// one segment only if they are one extent: a caller joins them.
  /// Errors: Corrupt, Io. Precondition: inode.record.is_regular() and offset < size.
  [[nodiscard]] Result<FileSegment> segment_at(const Inode& inode, std::uint64_t offset) const;

  /// What visit_files() does with a file.
  enum class Choice : std::uint8_t { kVisit, kSkip, kStop };

  /// Calls `visit` with each file, and its content, that lies in data frame `number` whole and in
  /// one run, and that `choose`, which is asked first, wants visited, in stream order, until
  /// `visit` returns false or `choose` says kStop. The content borrows from the frame, for the
  /// call. A damaged inode is passed over. Errors: NotFound (no such frame), Corrupt, Io.
  Result<void> visit_files(FrameNumber number, const std::function<Choice(InodeNumber)>& choose,
                           const std::function<bool(InodeNumber, ByteSpan)>& visit) const;

  /// Decodes data frame `number` into the cache, as one of small files.
  /// Errors: NotFound (no such frame), Corrupt, Io.
  Result<void> prefetch(FrameNumber number) const;

  /// The value of extended attribute `name`. Errors: NotFound, Corrupt, Io.
  [[nodiscard]] Result<ByteVector> xattr(const Inode& inode, std::string_view name) const;

  /// All extended attributes. Errors: Corrupt, Io.
  [[nodiscard]] Result<XattrSet> xattrs(const Inode& inode) const;

  /// The names of all extended attributes, each ended by a NUL, as listxattr(2) gives them.
  /// Errors: Corrupt, Io.
  [[nodiscard]] Result<std::string> xattr_names(const Inode& inode) const;

 private:
  struct State;
  explicit Image(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace zvfs
