#include "fuse/mount/mount_helpers.h"

#include <algorithm>
#include <csignal>
#include <thread>

#include "base/units.h"
#include "fuse/ahead/memory_pressure.h"
#include "fuse/serve/log.h"

namespace zvfs {
namespace {

constexpr std::chrono::seconds kIdlePeriod{10};

Readahead::Options readahead_options(const MountOptions& options) {
  return {.threads = std::max(1U, std::thread::hardware_concurrency()),
          .max_window_bytes = options.readahead_bytes.value_or(0)};
}

// A filler pins the frame that it pushes. A few threads push at once, so that large frames would
// take much more than the cache is meant to.
bool may_fill(const Image& image, const MountOptions& options) {
  constexpr std::uint64_t kAlwaysSmall = 512 * kKiB;
  const std::uint64_t largest = std::max(kAlwaysSmall, image.raw().cache().capacity_bytes() / 16);
  return options.fill && image.header().frame_bound <= largest;
}

}  // namespace

MountHelpers::MountHelpers(const Image& image, InodeSet& known, const MountOptions& options)
    : fill_(may_fill(image, options)),
      filler_(
          image, known,
          [this](InodeNumber inode, std::uint64_t offset, ByteSpan content) {
            return session_->store(inode, offset, content);
          },
          is_memory_short),
      readahead_(image, readahead_options(options)),
      memory_ahead_(image.raw().frame_memory()),
      trimmer_(image, kIdlePeriod),
      inspector_(image, requests_, filler_, readahead_) {
  static_cast<void>(is_memory_short());  // opens what it reads, before the process is locked up
}

Helpers MountHelpers::helpers() {
  return {.stats = requests_,
          .readahead = readahead_,
          .inspector = inspector_,
          .filler = fill_ ? &filler_ : nullptr};
}

void MountHelpers::start(Session& session) {
  session_ = &session;
  // It comes first, so that the other threads inherit its blocked signal.
  reporter_.emplace(SIGUSR1, [this] { log_stats(); });
  if (fill_) filler_.start();
  readahead_.start();
  memory_ahead_.start();
  trimmer_.start();
}

void MountHelpers::log_stats() const {
  try {
    log_notice(inspector_.stats());
  } catch (...) {
    log_error(caught_error().message);
  }
}

void MountHelpers::stop() {
  // None waits for another before it is told, too.
  readahead_.request_stop();
  filler_.request_stop();
  reporter_.reset();
  trimmer_.stop();
  memory_ahead_.stop();
  readahead_.stop();
  filler_.stop();
}

}  // namespace zvfs
