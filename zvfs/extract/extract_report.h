#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <optional>
#include <string_view>

#include "base/mutex.h"
#include "base/result.h"
#include "zvfs/extract/extract_options.h"

namespace zvfs {

/// The progress of an extraction, and what it failed to restore. Thread-safe.
class ExtractReport {
 public:
  /// Takes a line for people; several threads may call it at once.
  using Listener = std::function<void(std::string_view line)>;

  ExtractReport(ExtractOptions::OnLoss on_loss, Listener listener)
      : on_loss_(on_loss), listener_(std::move(listener)) {}

  /// `path` was not restored. With OnLoss::kStop, this is the last message, and the extraction
  /// stops; likewise if `error` is no fault of that file, such as a full disk: the rest would fail
  /// in the same way.
  void lost(std::string_view path, const Error& error);

  /// `path` was restored, except for `what`.
  void incomplete(std::string_view path, std::string_view what);

  /// Stops the extraction: no file is to blame for `error` (no memory). Takes no memory.
  void abort(Error error) noexcept;
  /// The first error of abort().
  [[nodiscard]] std::optional<Error> failure() const;

  /// True if nothing more should be extracted.
  [[nodiscard]] bool stopped() const { return stopped_.load(std::memory_order_relaxed); }

  [[nodiscard]] std::uint64_t lost_count() const { return lost_; }
  [[nodiscard]] std::uint64_t incomplete_count() const { return incomplete_; }

  // For a progress bar: sizes of files including holes, in bytes.
  std::atomic<std::uint64_t> bytes_planned = 0;
  std::atomic<std::uint64_t> bytes_done = 0;
  std::atomic<bool> all_planned = false;

 private:
  void tell(std::string_view path, std::string_view message) const;

  const ExtractOptions::OnLoss on_loss_;
  const Listener listener_;
  std::atomic<bool> stopped_ = false;
  std::atomic<std::uint64_t> lost_ = 0;
  std::atomic<std::uint64_t> incomplete_ = 0;
  mutable Mutex mutex_;
  std::optional<Error> failure_ ZVFS_GUARDED_BY(mutex_);
};

}  // namespace zvfs
