#include "mkimage/decompressed_file.h"

#include <algorithm>
#include <cerrno>
#include <new>
#include <utility>

#include <archive.h>
#include <archive_entry.h>

#include "base/units.h"

namespace zvfs {
namespace {

constexpr std::size_t kReadSize = 256 * kKiB;
constexpr std::size_t kBufferSize = 1 * kMiB;

// All but those that run programs or guess at text.
void support_filters(archive* handle) {
  ::archive_read_support_filter_bzip2(handle);
  ::archive_read_support_filter_compress(handle);
  ::archive_read_support_filter_gzip(handle);
  ::archive_read_support_filter_lz4(handle);
  ::archive_read_support_filter_lzip(handle);
  ::archive_read_support_filter_lzma(handle);
  ::archive_read_support_filter_lzop(handle);
  ::archive_read_support_filter_rpm(handle);
  ::archive_read_support_filter_xz(handle);
  ::archive_read_support_filter_zstd(handle);
}

}  // namespace

void DecompressedFile::Free::operator()(archive* handle) const { ::archive_read_free(handle); }

DecompressedFile::DecompressedFile(Progress& progress)
    : progress_(progress), archive_(::archive_read_new()), buffer_(kBufferSize) {
  if (archive_ == nullptr) throw std::bad_alloc();
}

Result<std::unique_ptr<DecompressedFile>> DecompressedFile::open(int fd, Progress& progress) {
  std::unique_ptr<DecompressedFile> file(new DecompressedFile(progress));
  archive* const handle = file->archive_.get();
  support_filters(handle);
  ::archive_read_support_format_raw(handle);
  ::archive_read_support_format_empty(handle);
  archive_entry* entry = nullptr;
  if (::archive_read_open_fd(handle, fd, kReadSize) != ARCHIVE_OK) return file->failure();
  const int status = ::archive_read_next_header(handle, &entry);
  if (status == ARCHIVE_EOF) {
    file->ended_ = true;
  } else if (status != ARCHIVE_OK) {
    return file->failure();
  }
  return file;
}

Result<ByteSpan> DecompressedFile::next() {
  size_ = 0;
  while (size_ < buffer_.size() && ZVFS_TRY(fill())) {
    const std::size_t size = std::min(block_.size(), buffer_.size() - size_);
    std::copy_n(block_.begin(), size, buffer_.begin() + static_cast<std::ptrdiff_t>(size_));
    size_ += size;
    block_ = block_.subspan(size);
  }
  progress_.bytes_read += size_;
  progress_.work_done = static_cast<std::uint64_t>(::archive_filter_bytes(archive_.get(), -1));
  return ByteSpan(buffer_).first(size_);
}

// Sees to it that there is a block; false at the end.
Result<bool> DecompressedFile::fill() {
  while (block_.empty() && !ended_) {
    const void* bytes = nullptr;
    std::size_t size = 0;
    la_int64_t offset = 0;
    const int status = ::archive_read_data_block(archive_.get(), &bytes, &size, &offset);
    if (status == ARCHIVE_EOF) {
      ended_ = true;
    } else if (status != ARCHIVE_OK) {
      return failure();
    } else {
      block_ = {static_cast<const std::byte*>(bytes), size};
    }
  }
  return !block_.empty();
}

Unexpected DecompressedFile::failure() const {
  const char* const text = ::archive_error_string(archive_.get());
  const int number = ::archive_errno(archive_.get());
  const bool is_io = number > 0 && number != ENOMEM && number != EINVAL;
  return fail(is_io ? ErrorCode::kIo : ErrorCode::kCorrupt, "{}",
              text == nullptr ? "libarchive gives no reason" : text);
}

}  // namespace zvfs
