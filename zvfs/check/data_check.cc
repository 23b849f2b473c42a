#include "zvfs/check/data_check.h"

#include <algorithm>
#include <atomic>
#include <iterator>
#include <optional>

#include "base/parallel.h"
#include "zvfs/check/table_scan.h"

namespace zvfs {
namespace {

// A damaged frame. The message is empty if another check reported the damage.
struct BadFrame {
  FrameNumber number;
  std::string message;
};

class FrameQueue {
 public:
  explicit FrameQueue(std::uint32_t count) : count_(count) {}
  std::optional<FrameNumber> take() {
    const std::uint64_t number = next_++;
    if (number >= count_) return std::nullopt;
    return FrameNumber{static_cast<std::uint32_t>(number)};
  }

 private:
  const std::uint32_t count_;
  std::atomic<std::uint64_t> next_{0};
};

// The work of one thread and its results.
struct Worker {
  std::uint64_t frames = 0;
  std::uint64_t decoded_bytes = 0;
  std::vector<BadFrame> bad;

  void run(const CheckContext& context, FrameQueue& queue) {
    const ImageTables& image = context.image;
    IndexReader::Cursor cursor(image.index());
    Frame buffer(image.frame_memory(), image.header().frame_bound);
    while (const auto number = queue.take()) {
      const auto frame = image.frame_table().frame(cursor, *number);
      if (!frame) {
        bad.push_back({*number, {}});
        continue;
      }
      const std::uint32_t size = frame->location.decoded_size;
      const auto done = image.frames().decode({FrameKey::Space::kData, number->value},
                                              frame->location, buffer.mutable_bytes().first(size));
      if (context.progress != nullptr) context.progress->add(size);
      if (!done) {
        bad.push_back({*number, done.error().message});
        continue;
      }
      ++frames;
      decoded_bytes += size;
    }
  }
};

// The parts of the stream that the bad frames held, as far as readable rows show.
std::vector<LostRun> lost_runs(const ImageTables& image, const std::vector<BadFrame>& bad) {
  const std::uint64_t stream_size = image.header().stream_size;
  IndexReader::Cursor cursor(image.index());
  std::vector<LostRun> runs;
  for (const BadFrame& frame : bad) {
    // Unreadable rows come several in a row. The lost run then begins at the bad frame before them.
    const auto row = cursor.row<FrameRecord>(Table::kFrames, frame.number.value);
    LostRun run{runs.empty() ? StreamOffset{0} : runs.back().begin, {stream_size}};
    if (row) run.begin = {std::min(row->stream_offset, stream_size)};
    TableScan<FrameRecord> next(image, Table::kFrames, std::uint64_t{frame.number.value} + 1,
                                std::uint64_t{image.header().frame_count} + 1);
    if (next.next()) run.end = {std::min(next.record().stream_offset, stream_size)};
    if (run.begin < run.end) runs.push_back(run);
  }
  return runs;
}

std::vector<LostRun> merged(std::vector<LostRun> runs) {
  std::ranges::sort(runs, {}, &LostRun::begin);
  std::vector<LostRun> out;
  for (const LostRun& run : runs) {
    if (!out.empty() && run.begin <= out.back().end) {
      out.back().end = std::max(out.back().end, run.end);
    } else {
      out.push_back(run);
    }
  }
  return out;
}

}  // namespace

DataCheckResult check_data(const CheckContext& context) {
  FrameQueue queue(context.image.header().frame_count);
  std::vector<Worker> workers(context.threads);
  run_on_threads(context.threads, [&](unsigned worker) { workers[worker].run(context, queue); });

  DataCheckResult result;
  std::vector<BadFrame> bad;
  for (Worker& worker : workers) {
    result.frames += worker.frames;
    result.decoded_bytes += worker.decoded_bytes;
    std::ranges::move(worker.bad, std::back_inserter(bad));
  }
  std::ranges::sort(bad, {}, &BadFrame::number);
  for (const BadFrame& frame : bad) {
    if (!frame.message.empty()) context.problems.add_message(frame.message);
  }
  result.lost = merged(lost_runs(context.image, bad));
  return result;
}

}  // namespace zvfs
