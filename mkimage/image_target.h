#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/atomic_file.h"
#include "base/result.h"
#include "base/unique_fd.h"
#include "codecs/codec.h"
#include "mkimage/scan/scanner.h"

namespace zvfs {

inline constexpr std::string_view kStandardOutput = "-";

/// Where an image goes: to a file that appears when it is whole, to standard output, or, in a dry
/// run, nowhere. Not thread-safe.
class ImageTarget {
 public:
  /// `path` may be kStandardOutput, which must not be a terminal.
  /// Errors: those of find_output() and AtomicFile::create(); InvalidArgument (a terminal); Io.
  static Result<ImageTarget> open(const std::string& path, IfExists if_exists);

  /// A target that discards the image; the names that `path` would take are still excluded().
  static Result<ImageTarget> open_nowhere(const std::string& path);

  /// The descriptor to write to, from its current offset.
  [[nodiscard]] int fd() const { return file_ ? file_->fd() : fd_.get(); }

  /// The image's name in messages.
  [[nodiscard]] const std::string& name() const { return name_; }

  /// What to leave out of the image if the target lies in the source: the names of the new file and
  /// of the one that it replaces.
  [[nodiscard]] ExcludedFiles excluded() const;

  /// Makes the file appear; or writes what is on a stream to disk, and clears what a block device
  /// has behind it. Call once, at the end. Errors: those of AtomicFile::commit(), sync_output() and
  /// clear_behind_image().
  Result<void> commit();

 private:
  Result<void> finish_stream();

  explicit ImageTarget(std::string name) : name_(std::move(name)) {}

  std::string name_;
  std::optional<AtomicFile> file_;
  UniqueFd fd_;  // when there is no file
};

/// What is wrong with the name of an image if its suffix suggests another format than the image
/// has, such as x.tgz, or x.tar.zst with lz4: "the name suggests gzip, but ..."; empty for a good
/// name.
std::string problem_of_name(std::string_view path, Codec codec);

}  // namespace zvfs
