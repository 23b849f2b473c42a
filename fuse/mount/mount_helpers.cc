#include "fuse/mount/mount_helpers.h"

#include <algorithm>
#include <csignal>
#include <thread>

#include "fuse/ahead/memory_pressure.h"
#include "fuse/serve/log.h"

namespace zvfs {
namespace {

constexpr std::chrono::seconds kIdlePeriod{10};

Readahead::Options readahead_options(const MountOptions& options) {
  return {.threads = std::max(1U, std::thread::hardware_concurrency()),
          .max_window_bytes = options.readahead_bytes};
}

}  // namespace

MountHelpers::MountHelpers(const Image& image, InodeSet& known, Session& session,
                           Connection& connection, const MountOptions& options)
    : connection_(connection),
      fill_(options.fill),
      filler_(
          image, known,
          [&session](InodeNumber inode, std::uint64_t offset, ByteSpan content) {
            return session.store(inode, offset, content);
          },
          is_memory_short),
      readahead_(image, readahead_options(options)),
      memory_ahead_(image.raw().frame_memory()),
      trimmer_(image, kIdlePeriod),
      inspector_(image, connection.stats(), filler_, readahead_) {}

void MountHelpers::start() {
  connection_.set_helpers(fill_ ? &filler_ : nullptr, &readahead_);
  connection_.set_inspector(&inspector_);
  // First: the other threads inherit that its signal is blocked.
  reporter_.emplace(SIGUSR1, [this] { log_notice(inspector_.stats()); });
  if (fill_) filler_.start();
  readahead_.start();
  memory_ahead_.start();
  trimmer_.start();
}

void MountHelpers::stop() {
  reporter_.reset();
  trimmer_.stop();
  memory_ahead_.stop();
  readahead_.stop();
  filler_.stop();
}

}  // namespace zvfs
