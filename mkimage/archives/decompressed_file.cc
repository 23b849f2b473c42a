#include "mkimage/archives/decompressed_file.h"

#include <algorithm>
#include <utility>

#include <fmt/core.h>

#include "base/units.h"
#include "mkimage/archives/archive_reader.h"
#include "mkimage/archives/file_stream.h"
#include "mkimage/archives/filter_stream.h"
#include "mkimage/archives/gzip_stream.h"
#include "tar/tar_member.h"

namespace zvfs {
namespace {

constexpr std::size_t kBufferSize = 1 * kMiB;
constexpr std::size_t kPassedOn = 64 * kKiB;  // at least, to save a copy
// Nobody compresses more often, but data that decompresses to itself would go on for ever.
constexpr unsigned kMaxLayers = 16;

/// Nothing. Not thread-safe.
class EmptyStream final : public ByteStream {
 public:
  Result<ByteSpan> next() override { return ByteSpan(); }
};

/// Lends a stream to one that wants to own it. Not thread-safe.
class SharedStream final : public ByteStream {
 public:
  explicit SharedStream(std::shared_ptr<BufferedStream> source) : source_(std::move(source)) {}
  Result<ByteSpan> next() override { return source_->next(); }

 private:
  std::shared_ptr<BufferedStream> source_;
};

}  // namespace

DecompressedFile::DecompressedFile(Warnings& warnings)
    : warnings_(warnings), buffer_(kBufferSize) {}

Result<std::unique_ptr<DecompressedFile>> DecompressedFile::open(int fd, Progress& progress,
                                                                 Warnings& warnings,
                                                                 std::uint64_t size) {
  auto file = ZVFS_TRY(open(std::make_unique<FileStream>(fd, progress, size), warnings));
  file->progress_ = &progress;
  return file;
}

Result<std::unique_ptr<DecompressedFile>> DecompressedFile::open(std::unique_ptr<ByteStream> stream,
                                                                 Warnings& warnings) {
  return open(std::make_shared<BufferedStream>(std::move(stream)), warnings);
}

Result<std::unique_ptr<DecompressedFile>> DecompressedFile::open(
    std::shared_ptr<BufferedStream> source, Warnings& warnings) {
  std::unique_ptr<DecompressedFile> file(new DecompressedFile(warnings));
  ZVFS_TRY(file->take_layers(std::move(source)));
  return file;
}

Result<void> DecompressedFile::take_layers(std::shared_ptr<BufferedStream> source) {
  for (unsigned layers = 0; layers <= kMaxLayers; ++layers) {
    if (!ZVFS_TRY(take_layer(std::move(source)))) return {};
    is_compressed_ = true;
    source = std::make_shared<BufferedStream>(std::move(content_));
  }
  return fail(ErrorCode::kTooLarge, "it is compressed more than {} times", kMaxLayers);
}

// Makes content_ of what comes from `source`, and returns whether that was compressed.
Result<bool> DecompressedFile::take_layer(std::shared_ptr<BufferedStream> source) {
  if (GzipStream::recognizes(ZVFS_TRY(source->peek(GzipStream::kMagicSize)))) {
    if (!is_compressed_) rest_ = source;
    content_ = std::make_unique<GzipStream>(std::move(source));
    return true;
  }
  auto reader = ZVFS_TRY(ArchiveReader::open(std::make_unique<SharedStream>(std::move(source)),
                                             ArchiveReader::Formats::kRaw));
  if (ZVFS_TRY(reader->next()) == nullptr) {
    content_ = std::make_unique<EmptyStream>();
    return false;
  }
  const bool is_compressed = reader->is_compressed();
  content_ = std::make_unique<FilterStream>(std::move(reader), warnings_);
  return is_compressed;
}

Result<ByteSpan> DecompressedFile::peek() {
  if (!is_peeked_) ZVFS_TRY(next());
  is_peeked_ = true;
  return ByteSpan(buffer_).first(size_);
}

Result<ByteSpan> DecompressedFile::next() {
  if (std::exchange(is_peeked_, false)) return ByteSpan(buffer_).first(size_);
  const ByteSpan bytes = ZVFS_TRY(take_block());
  if (bytes.empty()) ZVFS_TRY(note_rest());
  if (progress_ != nullptr) progress_->bytes_read += bytes.size();
  return bytes;
}

// A block as it comes, if that is large enough; otherwise several in the buffer.
Result<ByteSpan> DecompressedFile::take_block() {
  size_ = 0;
  if (is_begun_ && ZVFS_TRY(fill()) && block_.size() >= kPassedOn &&
      block_.size() % kTarBlockSize == 0) {
    return std::exchange(block_, {});
  }
  is_begun_ = true;  // the first bytes must be enough to tell what they are
  while (size_ < buffer_.size() && ZVFS_TRY(fill())) {
    const std::size_t size = std::min(block_.size(), buffer_.size() - size_);
    std::copy_n(block_.begin(), size, buffer_.begin() + static_cast<std::ptrdiff_t>(size_));
    size_ += size;
    block_ = block_.subspan(size);
  }
  return ByteSpan(buffer_).first(size_);
}

// Makes sure that there is a block; false at the end.
Result<bool> DecompressedFile::fill() {
  if (block_.empty() && !ended_) {
    block_ = ZVFS_TRY(content_->next());
    ended_ = block_.empty();
  }
  return !block_.empty();
}

Result<void> DecompressedFile::note_rest() {
  if (rest_ == nullptr || ZVFS_TRY(rest_->peek(1)).empty()) return {};
  warnings_.report(
      Warning::Severity::kNote, ".",
      fmt::format("data after the end of the gzip data, at {}, is ignored", rest_->position()));
  return {};
}

}  // namespace zvfs
