#pragma once

#include <atomic>
#include <cstdint>
#include <functional>

#include "base/mutex.h"
#include "base/result.h"
#include "zvfs/extract/new_file.h"

namespace zvfs {

/// A file whose pieces several threads write. The first one opens it; the last one finishes it.
/// Thread-safe.
class PiecewiseFile {
 public:
  using Open = std::function<Result<NewFile>()>;

  explicit PiecewiseFile(std::uint64_t pieces) : pieces_left_(pieces) {}

  /// The open file, or -1 if opening failed. The first caller opens it while others wait, and it
  /// alone gets the error of `open`. The descriptor stays valid until close().
  Result<int> open_once(const Open& open);

  /// Notes that a piece was not written. True for the first one, so that it is reported once.
  bool fail() { return !failed_.exchange(true); }
  [[nodiscard]] bool has_failed() const { return failed_; }

  /// A piece is done, written or not. True if it was the last one.
  bool finish_piece() { return pieces_left_.fetch_sub(1) == 1; }

  /// Hands over the open file (none if it was never opened). Call after the last piece.
  NewFile close() noexcept;

 private:
  enum class State : std::uint8_t { kNew, kOpening, kOpen };

  std::atomic<std::uint64_t> pieces_left_;
  std::atomic<bool> failed_ = false;
  Mutex mutex_;
  CondVar opened_;
  State state_ ZVFS_GUARDED_BY(mutex_) = State::kNew;
  NewFile file_ ZVFS_GUARDED_BY(mutex_);
};

}  // namespace zvfs
