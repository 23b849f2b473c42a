#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/result.h"
#include "base/unique_fd.h"
#include "tar/tar_entry.h"

namespace zvfs {

/// The files that are left out of a tar archive, for later hard links to them that are not: the
/// first such link becomes the file. Keeps the members in a temporary file of at most kMaxSize
/// bytes, and some 60 bytes for each in memory. Paths are plain (see plain_path()) and from the
/// source, unless stated otherwise. Not thread-safe.
class LeftOutFiles {
 public:
  /// Files beyond this are not kept: leaving out terabytes must not fill the disk.
  static constexpr std::uint64_t kMaxSize = std::uint64_t{1} << 30;

  /// Adds a regular file. Its data and padding follow in append(). If the file cannot be kept,
  /// find() will say why.
  void add(const TarEntry& file);
  void append(ByteSpan data);

  /// Adds another name of the file that `target` names; it is left out, too.
  void add_link(const std::string& path, const std::string& target);

  /// Notes that the file at `path` is `name` in the image.
  void set_name(const std::string& path, std::string name);
  /// That name, if there is one.
  [[nodiscard]] std::optional<std::string> name_of(const std::string& path) const;

  /// The file; its data begins at `data_begin` for read().
  /// Errors: NotFound; TooLarge (it was not kept); Io, Corrupt.
  Result<TarEntry> find(const std::string& path) const;

  /// Reads some of a file's data and padding. Errors: Io.
  Result<void> read(std::uint64_t offset, MutableByteSpan out) const;

 private:
  [[nodiscard]] const std::string& first_name(const std::string& path) const;
  Result<void> write(ByteSpan bytes);

  static constexpr std::uint64_t kNotKept = ~std::uint64_t{0};

  UniqueFd file_;
  std::uint64_t size_ = 0;                         // of what was written
  bool keeps_ = false;                             // whether the file added last is kept
  std::map<std::uint64_t, std::uint64_t> begins_;  // of headers, by hash of the path
  std::map<std::string, std::string> links_;       // other names to that of the file
  std::map<std::string, std::string> names_;       // in the image
};

}  // namespace zvfs
