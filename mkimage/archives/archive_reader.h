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

/// An archive, read by libarchive, which decompresses it. Names that the archive has in a known
/// character set become UTF-8; others, and those in a tar, stay the bytes they are. Not
/// thread-safe.
class ArchiveReader {
 public:
  enum class Formats : std::uint8_t {
    kRaw,       ///< What is inside the compression, whatever it is, as one nameless member.
    kArchives,  ///< All but tar, and mtree, which would read other files.
    kAr,
    kTar,  ///< Not compressed. Two in a row are one, as `tar --concatenate` and plain cat make it.
  };

  /// Borrows `fd`, which is read from where it stands; formats with their directory at the end
  /// need one that can seek. Errors: Io, Corrupt, Unsupported (of no format that is known).
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
  /// Errors: Io, Corrupt; InvalidArgument when only this member's data cannot be had.
  Result<Block> read();

  /// Where the member's first header begins in the decompressed archive, in bytes.
  [[nodiscard]] std::uint64_t header_offset() const;

  /// Bytes that were read of the file or stream.
  [[nodiscard]] std::uint64_t bytes_read() const;

 private:
  class Locale;
  struct Free {
    void operator()(archive* handle) const;
  };

  explicit ArchiveReader(Formats formats);
  static ssize_t read_callback(archive* handle, void* self, const void** bytes);
  [[nodiscard]] Unexpected failure() const;

  const locale_t locale_;
  std::unique_ptr<archive, Free> archive_;
  std::unique_ptr<ByteStream> stream_;
  std::string warning_;  // why the stream could not be read
};

}  // namespace zvfs
