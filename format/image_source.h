#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>

#include "base/bytes.h"
#include "base/result.h"
#include "base/unique_fd.h"

namespace zvfs {

/// Random access to the bytes of a file that ends with an image. Thread-safe.
class ImageSource {
 public:
  virtual ~ImageSource() = default;

  /// The size in bytes. It does not change.
  [[nodiscard]] virtual std::uint64_t size() const = 0;

  /// Fills the whole of `out` from `offset`, counted from the start of the file.
  /// Errors: Io (a failed or short read, for instance if the file was truncated meanwhile).
  virtual Result<void> read(std::uint64_t offset, MutableByteSpan out) const = 0;

  /// Fills all of `parts`, one after the other, from `offset`, in a single read if the source can.
  /// Errors: as read().
  virtual Result<void> read_scattered(std::uint64_t offset,
                                      std::span<const MutableByteSpan> parts) const;
};

/// A regular file or block device, read with pread(2): a failed read is an error, whereas a mapping
/// would raise SIGBUS. A block device has a shared flock(2) while it is open.
class FileSource final : public ImageSource {
 public:
  /// Opens `path`. Errors: NotFound, InvalidArgument (not a file or block device), Io.
  static Result<std::unique_ptr<FileSource>> open(const std::filesystem::path& path);
  /// Takes over a descriptor that is open; `path` is for messages. Errors: InvalidArgument, Io.
  static Result<std::unique_ptr<FileSource>> adopt(UniqueFd fd, const std::filesystem::path& path);

  [[nodiscard]] std::uint64_t size() const override { return size_; }
  Result<void> read(std::uint64_t offset, MutableByteSpan out) const override;
  Result<void> read_scattered(std::uint64_t offset,
                              std::span<const MutableByteSpan> parts) const override;

 private:
  FileSource(UniqueFd fd, std::uint64_t size) : fd_(std::move(fd)), size_(size) {}

  UniqueFd fd_;
  std::uint64_t size_;
};

/// Owned bytes in memory.
class MemorySource final : public ImageSource {
 public:
  explicit MemorySource(ByteVector bytes) : bytes_(std::move(bytes)) {}

  [[nodiscard]] std::uint64_t size() const override { return bytes_.size(); }
  Result<void> read(std::uint64_t offset, MutableByteSpan out) const override;

 private:
  ByteVector bytes_;
};

}  // namespace zvfs
