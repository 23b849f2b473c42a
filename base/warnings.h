#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_set>

#include "base/mutex.h"
#include "base/result.h"

namespace zvfs {

/// A problem with one file of the source. None stops a build.
struct Warning {
  enum class Severity : std::uint8_t {
    kNote,        ///< The whole file is in the image, but something is worth knowing.
    kChanged,     ///< The file changed while it was read, or a rule for it had no effect.
    kUnreadable,  ///< The file, or a part or an attribute of it, is missing from the image.
  };
  Severity severity;
  std::string path;  ///< As in the image, but shortened_name(); "." is the root.
  std::string message;
};

/// The error of a failed call on a source file, with `error_number`: NotFound if the file is gone;
/// otherwise that of fail_errno().
[[nodiscard]] Unexpected fail_on_source(int error_number, std::string_view message);

/// The severity of such an error: a file that is gone has changed, as in GNU tar.
[[nodiscard]] Warning::Severity severity_of(const Error& error);

/// What warnings about single files mean for a build.
struct WarningPolicy {
  bool strict = false;             ///< Any warning but a note means no image.
  bool ignore_unreadable = false;  ///< Unreadable files are only reported.
};

/// Collects warnings about single files. Thread-safe.
class Warnings {
 public:
  using Listener = std::function<void(const Warning&)>;

  /// `listener` is called at once for each warning, possibly by several threads simultaneously.
  explicit Warnings(Listener listener) : listener_(std::move(listener)) {}

  void report(Warning::Severity severity, std::string_view path, std::string message);

  /// Reports that `error` keeps the file `path`, or a part of it, out of the image. If that is no
  /// fault of the file, it is not reported, but kept for check().
  void report(std::string_view path, const Error& error);

  /// Keeps `error` for check() if it is no fault of the file `path`. Returns whether it is one.
  bool keep_if_of_system(std::string_view path, const Error& error);

  /// Errors: the first that was no fault of a file. The build should end with it, rather than leave
  /// out this file, and probably the next ones.
  [[nodiscard]] Result<void> check() const;

  /// As report(), but only for the first warning with that key (an inode number): several threads
  /// read the frames of a large file, and each notices that it changed.
  void report_once(std::uint32_t key, Warning::Severity severity, std::string_view path,
                   std::string message);

  [[nodiscard]] std::uint64_t changed() const;
  [[nodiscard]] std::uint64_t unreadable() const;

 private:
  const Listener listener_;
  mutable Mutex mutex_;
  std::unordered_set<std::uint32_t> reported_ ZVFS_GUARDED_BY(mutex_);
  std::uint64_t changed_ ZVFS_GUARDED_BY(mutex_) = 0;
  std::uint64_t unreadable_ ZVFS_GUARDED_BY(mutex_) = 0;
  std::optional<Error> of_system_ ZVFS_GUARDED_BY(mutex_);
};

}  // namespace zvfs
