#pragma once

#include <cstdint>
#include <locale.h>
#include <memory>
#include <string>
#include <sys/types.h>

#include "base/bytes.h"
#include "base/result.h"
#include "mkimage/archives/byte_stream.h"

struct archive;
struct archive_entry;

namespace zvfs {

/// An archive that libarchive reads and decompresses. Names in a known character set become UTF-8;
/// others, and those in a tar, keep their bytes. Not thread-safe.
class ArchiveReader {
 public:
  enum class Formats : std::uint8_t {
    kRaw,       ///< The decompressed bytes, whatever they are, as one nameless member.
    kArchives,  ///< All except tar, and mtree, which would read other files.
    kAr,
    kTar,  ///< Uncompressed. Two in a row are one, as from `tar --concatenate` or plain cat.
  };

  /// Borrows `fd` and reads it from its current offset; formats with their directory at the end
  /// need one that can seek. Errors: Io, Corrupt, Unsupported (an unknown format).
  static Result<std::unique_ptr<ArchiveReader>> open(int fd, Formats formats);
  /// Errors: as above, and those of the stream.
  static Result<std::unique_ptr<ArchiveReader>> open(std::unique_ptr<ByteStream> stream,
                                                     Formats formats);
  ~ArchiveReader();
  ArchiveReader(const ArchiveReader&) = delete;
  ArchiveReader& operator=(const ArchiveReader&) = delete;

  /// The next member, valid until the next call, or null after the last. Errors: Io, Corrupt.
  Result<archive_entry*> next();

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

  /// Bytes read from the file or stream so far.
  [[nodiscard]] std::uint64_t bytes_read() const;

 private:
  class Locale;
  struct Free {
    void operator()(archive* handle) const;
    void operator()(archive_entry* entry) const;
  };

  explicit ArchiveReader(Formats formats);
  static ssize_t read_callback(archive* handle, void* self, const void** bytes);
  [[nodiscard]] Unexpected failure() const;

  const locale_t locale_;
  std::unique_ptr<archive, Free> archive_;
  std::unique_ptr<archive_entry, Free> entry_;  // since libarchive's own may be missing
  std::unique_ptr<ByteStream> stream_;
  std::string warning_;  // why the stream could not be read
};

}  // namespace zvfs
