#pragma once

#include <string>
#include <utility>

#include "base/result.h"
#include "base/unique_fd.h"
#include "zvfs/extract/descriptor_pool.h"

namespace zvfs {

/// A file that is being written. Its name is removed again unless it is kept, whatever ends the
/// work, and without taking memory. Not thread-safe.
class NewFile {
 public:
  /// None yet.
  NewFile() = default;
  /// Will be `name` in `directory`, which stays open until the file is kept or removed.
  NewFile(DescriptorPtr directory, std::string name)
      : directory_(std::move(directory)), name_(std::move(name)) {}
  NewFile(NewFile&& other) noexcept = default;
  NewFile& operator=(NewFile&& other) noexcept {
    std::swap(directory_, other.directory_);
    std::swap(name_, other.name_);
    std::swap(fd_, other.fd_);
    return *this;
  }
  ~NewFile();

  /// The file was made; `fd` is open for writing.
  void made(UniqueFd fd) { fd_ = std::move(fd); }

  /// Its descriptor; -1 if it was not made.
  [[nodiscard]] int fd() const { return fd_.get(); }

  /// Closes the file, which is whole. Errors: Io (some filesystems report only here that there was
  /// no space); the file is then removed.
  Result<void> keep();

 private:
  DescriptorPtr directory_;
  std::string name_;
  UniqueFd fd_;
};

}  // namespace zvfs
