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
  /// Errors: those of AtomicFile::create(); InvalidArgument (a terminal); Io.
  static Result<ImageTarget> open(const std::string& path, IfExists if_exists);

  /// Where that is nowhere; the names that `path` would have taken are still excluded().
  static Result<ImageTarget> open_nowhere(const std::string& path);

  /// What is written to, from its offset on.
  [[nodiscard]] int fd() const { return file_ ? file_->fd() : fd_.get(); }

  /// What messages call the image.
  [[nodiscard]] const std::string& name() const { return name_; }

  /// What of the target, should it lie in the source, is no part of the image: the names of the new
  /// file and of the one that it replaces.
  [[nodiscard]] ExcludedFiles excluded() const;

  /// Whether there is something to commit().
  [[nodiscard]] bool is_file() const { return file_.has_value(); }

  /// Lets the file appear. Call once, if is_file(). Errors: those of AtomicFile::commit().
  Result<void> commit();

 private:
  explicit ImageTarget(std::string name) : name_(std::move(name)) {}

  std::string name_;
  std::optional<AtomicFile> file_;
  UniqueFd fd_;  // when there is no file
};

/// What is wrong with the name of an image whose suffix promises another format than it gets, such
/// as x.tgz, or x.tar.zst with lz4: "the name promises gzip, but ..."; empty if nothing is.
std::string problem_of_name(std::string_view path, Codec codec);

}  // namespace zvfs
