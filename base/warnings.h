#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <unordered_set>

#include "base/mutex.h"
#include "base/result.h"

namespace zvfs {

/// What is wrong with one file of the source. None of these stops a build.
struct Warning {
  enum class Severity : std::uint8_t {
    kNote,        ///< The image holds the file whole, but something is worth knowing.
    kChanged,     ///< The file changed while it was read, or a rule for it came to nothing.
    kUnreadable,  ///< The file, or a part or an attribute of it, is missing from the image.
  };
  Severity severity;
  std::string path;  ///< As in the image; "." is the root.
  std::string message;
};

/// The error of a call on a file of the source that failed with `error_number`: NotFound when the
/// file is gone; else Io, with errno's text after `message`.
[[nodiscard]] Unexpected fail_on_source(int error_number, std::string_view message);

/// What such an error says of the file: one that is gone has changed, as for GNU tar.
[[nodiscard]] Warning::Severity severity_of(const Error& error);

/// What warnings with single files mean for a build.
struct WarningPolicy {
  bool strict = false;             ///< Any but a note means that there is no image.
  bool ignore_unreadable = false;  ///< Files that cannot be read are reported, no more.
};

/// Collects what goes wrong with single files. Thread-safe.
class Warnings {
 public:
  using Listener = std::function<void(const Warning&)>;

  /// `listener` is called at once for each warning, possibly by several threads at a time.
  explicit Warnings(Listener listener) : listener_(std::move(listener)) {}

  void report(Warning::Severity severity, std::string_view path, std::string message);

  /// As report(), but only for the first warning with that key (an inode number): the frames of a
  /// large file are read by several threads, each of which notices that it changed.
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
};

}  // namespace zvfs
