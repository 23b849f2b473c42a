#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/mutex.h"
#include "base/result.h"
#include "codecs/frame_kind.h"
#include "mkimage/frames/frame_plan.h"
#include "trust/sha256.h"

namespace zvfs {

/// A data frame ready to be written.
struct CodedFrame {
  FrameNumber number;
  StreamOffset stream_offset;
  std::uint32_t decoded_size = 0;
  std::uint32_t first_file = 0;
  std::uint32_t checksum = 0;
  FrameKind kind = FrameKind::kZstd;
  ByteVector bytes;
  Sha256Digest digest = {};  ///< Of `bytes`, if the sink wants it.
  std::string names;         ///< Names to print, one per line: members that begin here.
};

/// Takes the frames of an image in order.
class FrameSink {
 public:
  virtual ~FrameSink() = default;
  /// Whether frames come with their digests. It does not change.
  [[nodiscard]] virtual bool wants_digests() const { return false; }
  /// Called by one thread at a time, but not always the same one.
  virtual Result<void> write(const CodedFrame& frame) = 0;
};

/// Puts frames that several threads finish in any order back in order. The thread that has the next
/// frame writes it, and those that wait for it; the other threads leave theirs and go on.
/// Thread-safe.
class OrderedWriter {
 public:
  /// Borrows the sink. Coded frames of `window_bytes` may wait, apart from those admitted while
  /// there was room.
  OrderedWriter(FrameSink& sink, std::size_t window_bytes) : sink_(sink), window_(window_bytes) {}

  /// Blocks while the window is full and another frame is next.
  /// Errors: the first error of the sink or of stop().
  Result<void> wait_for_room(FrameNumber number);

  /// Writes `frame` now or leaves it to be written; its contents are then unspecified, but its
  /// buffers can be used again. Does not wait for other frames. Frames are numbered from 0; each
  /// number must be submitted once, or stop() be called. Errors: as wait_for_room().
  Result<void> submit(CodedFrame& frame);

  /// Makes all waiting and later calls of wait_for_room() fail with `error`, unless there is an
  /// error already.
  void stop(Error error);

  /// The first error, if there was any.
  [[nodiscard]] std::optional<Error> error() const;

 private:
  void leave(CodedFrame& frame) ZVFS_REQUIRES(mutex_);
  bool take_next(CodedFrame& frame) ZVFS_EXCLUDES(mutex_);

  FrameSink& sink_;
  const std::size_t window_;
  mutable Mutex mutex_;
  CondVar changed_;
  std::uint32_t next_ ZVFS_GUARDED_BY(mutex_) = 0;  // the frame that is or will be written next
  std::map<std::uint32_t, CodedFrame> waiting_ ZVFS_GUARDED_BY(mutex_);
  std::size_t waiting_bytes_ ZVFS_GUARDED_BY(mutex_) = 0;
  std::vector<CodedFrame> spare_ ZVFS_GUARDED_BY(mutex_);
  std::optional<Error> error_ ZVFS_GUARDED_BY(mutex_);
};

}  // namespace zvfs
