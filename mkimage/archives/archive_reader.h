#pragma once

#include <cstdint>
#include <locale.h>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <sys/types.h>

#include "base/bytes.h"
#include "base/result.h"
#include "mkimage/archives/byte_stream.h"

struct archive;
struct archive_entry;

namespace zvfs {

/// An archive that libarchive reads, or compressed data other than gzip. Names in a known character
/// set become UTF-8; others, and those in a tar, keep their bytes. Not thread-safe.
class ArchiveReader {
 public:
  enum class Formats : std::uint8_t {
    kRaw,       ///< Bytes, decompressed if they are compressed, as one nameless member.
    kArchives,  ///< All except tar, and mtree, which would read other files; uncompressed.
    kAr,        ///< Uncompressed, as the next.
    kTar,       ///< Two in a row are one, as from `tar --concatenate` or plain cat.
  };

  /// Borrows `fd` and reads it from its current offset; formats with their directory at the end
  /// need one that can seek. Errors: Io, Corrupt, Unsupported (an unknown format).
  static Result<std::unique_ptr<ArchiveReader>> open(int fd, Formats formats);
  /// Errors: as above, and those of the stream.
  static Result<std::unique_ptr<ArchiveReader>> open(std::unique_ptr<ByteStream> stream,
                                                     Formats formats);
  /// Loads what readers of kArchives would load from files when they first need it: locales and
  /// character sets. For a process that will not be able to open files.
  static void load_character_sets();

  ~ArchiveReader();
  ArchiveReader(const ArchiveReader&) = delete;
  ArchiveReader& operator=(const ArchiveReader&) = delete;

  /// The next member, valid until the next call, or null after the last. Errors: Io, Corrupt.
  Result<archive_entry*> next();

  /// What libarchive says is wrong with the member that next() gave: "File is beyond
  /// end-of-media". Mostly empty.
  [[nodiscard]] const std::string& warning() const { return warning_; }

  /// A run of the member's data, at `offset` in the file; valid until the next call.
  struct Block {
    std::uint64_t offset = 0;
    ByteSpan bytes;
    bool at_end = false;
  };
  /// Errors: Io, Corrupt; InvalidArgument if only this member's data cannot be read.
  Result<Block> read();

  /// Where the member's first header begins in the decompressed archive, in bytes.
  [[nodiscard]] std::uint64_t header_offset() const;

  /// Whether the data is compressed, and how: "xz". If it is more than once, the outermost.
  [[nodiscard]] bool is_compressed() const;
  [[nodiscard]] std::string_view compression() const;
  /// After next(): whether the archive is of that format.
  [[nodiscard]] bool is_ar() const;

  /// After the end of a stream's compressed data: the bytes behind it that libarchive has asked for
  /// and left, and the `more` bytes before them, as far as they are still known.
  [[nodiscard]] ByteVector left_over(std::size_t more) const;

 private:
  class Locale;
  struct Free {
    void operator()(archive* handle) const;
    void operator()(archive_entry* entry) const;
  };

  static Result<std::unique_ptr<ArchiveReader>> make(Formats formats);
  ArchiveReader(Formats formats, locale_t locale);  // which it owns
  static ssize_t read_callback(archive* handle, void* self, const void** bytes);
  static ssize_t read_file(archive* handle, void* self, const void** bytes);
  static std::int64_t seek_file(archive* handle, void* self, std::int64_t offset, int whence);
  void keep_error(int error_number, const char* what);
  [[nodiscard]] Unexpected failure() const;
  void note_warning();

  const locale_t locale_;
  std::unique_ptr<archive, Free> archive_;
  std::unique_ptr<archive_entry, Free> entry_;  // since libarchive's own may be missing
  int fd_ = -1;                                 // of a file
  ByteVector buffer_;                           // for its bytes
  std::unique_ptr<ByteStream> stream_;
  ByteSpan run_;           // the stream's last
  ByteVector before_run_;  // the end of the one before
  std::uint64_t given_ = 0;
  std::optional<Error> stream_error_;
  std::string warning_;
};

}  // namespace zvfs
