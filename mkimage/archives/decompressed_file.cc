#include "mkimage/archives/decompressed_file.h"

#include <algorithm>
#include <utility>

#include "base/units.h"

namespace zvfs {
namespace {

constexpr std::size_t kBufferSize = 1 * kMiB;

}  // namespace

DecompressedFile::DecompressedFile(std::unique_ptr<ArchiveReader> reader, Progress* progress)
    : progress_(progress), reader_(std::move(reader)), buffer_(kBufferSize) {}

Result<std::unique_ptr<DecompressedFile>> DecompressedFile::open(int fd, Progress& progress) {
  return begin(ZVFS_TRY(ArchiveReader::open(fd, ArchiveReader::Formats::kRaw)), &progress);
}

Result<std::unique_ptr<DecompressedFile>> DecompressedFile::open(std::unique_ptr<ByteStream> stream,
                                                                 Progress* progress) {
  return begin(ZVFS_TRY(ArchiveReader::open(std::move(stream), ArchiveReader::Formats::kRaw)),
               progress);
}

Result<std::unique_ptr<DecompressedFile>> DecompressedFile::begin(
    std::unique_ptr<ArchiveReader> reader, Progress* progress) {
  std::unique_ptr<DecompressedFile> file(new DecompressedFile(std::move(reader), progress));
  file->ended_ = ZVFS_TRY(file->reader_->next()) == nullptr;
  return file;
}

Result<ByteSpan> DecompressedFile::peek() {
  if (!is_peeked_) ZVFS_TRY(next());
  is_peeked_ = true;
  return ByteSpan(buffer_).first(size_);
}

Result<ByteSpan> DecompressedFile::next() {
  if (std::exchange(is_peeked_, false)) return ByteSpan(buffer_).first(size_);
  size_ = 0;
  while (size_ < buffer_.size() && ZVFS_TRY(fill())) {
    const std::size_t size = std::min(block_.size(), buffer_.size() - size_);
    std::copy_n(block_.begin(), size, buffer_.begin() + static_cast<std::ptrdiff_t>(size_));
    size_ += size;
    block_ = block_.subspan(size);
  }
  if (progress_ != nullptr) {
    progress_->bytes_read += size_;
    progress_->work_done = reader_->bytes_read();
  }
  return ByteSpan(buffer_).first(size_);
}

// Makes sure that there is a block; false at the end.
Result<bool> DecompressedFile::fill() {
  while (block_.empty() && !ended_) {
    const ArchiveReader::Block block = ZVFS_TRY(reader_->read());
    block_ = block.bytes;
    ended_ = block.at_end;
  }
  return !block_.empty();
}

}  // namespace zvfs
