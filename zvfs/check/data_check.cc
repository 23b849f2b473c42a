#include "zvfs/check/data_check.h"

#include <algorithm>
#include <atomic>
#include <iterator>
#include <optional>

#include "base/parallel.h"
#include "zvfs/check/table_scan.h"

namespace zvfs {
namespace {

// A frame with a fault. The message is empty if another check reported the fault.
struct BadFrame {
  FrameNumber number;
  std::string message;
};

// Compares a frame with its digest, if it has one that can be read: what cannot was reported.
Result<void> compare_digest(const ImageTables& image, const DataFrame& frame) {
  if (!image.header().has_digests()) return {};
  const FrameKey key{FrameKey::Space::kData, frame.number.value};
  const auto digest = image.digests().of(key);
  if (!digest) return {};
  return image.frames().compare(key, frame.location, *digest);
}

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

// Adds up what the frames take of the image. Where rows of the frames table are wrong, many frames
// may take the same bytes, and decoding them all could take for ever. Thread-safe.
class CodedBytes {
 public:
  explicit CodedBytes(std::uint64_t data_size) : data_size_(data_size) {}

  // False if the frames take more than there is.
  bool take(const FrameLocation& frame) {
    return taken_.fetch_add(frame.coded_size, std::memory_order_relaxed) + frame.coded_size <=
           data_size_;
  }
  [[nodiscard]] bool are_exceeded() const { return taken_ > data_size_; }

 private:
  const std::uint64_t data_size_;
  std::atomic<std::uint64_t> taken_{0};
};

// The work of one thread and its results.
struct Worker {
  std::uint64_t frames = 0;
  std::uint64_t decoded_bytes = 0;
  std::vector<BadFrame> bad;     // their content is lost
  std::vector<BadFrame> forged;  // they decode, but have other digests

  void run(const CheckContext& context, FrameQueue& queue, CodedBytes& coded) {
    const ImageTables& image = context.image;
    IndexReader::Cursor cursor(image.index());
    Frame buffer(image.frame_memory(), image.header().frame_bound);
    while (const auto number = queue.take()) {
      const auto frame = image.frame_table().frame(cursor, *number);
      if (!frame || !coded.take(frame->location)) {
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
      if (const auto same = compare_digest(image, *frame); !same) {
        forged.push_back({*number, same.error().message});
      }
    }
  }
};

// Finds the next readable row of the frames table after ascending numbers, each row once.
class NextRows {
 public:
  explicit NextRows(const ImageTables& image)
      : rows_(image, Table::kFrames), end_(image.header().stream_size) {}

  // Where the first readable row after that of `frame` begins in the stream; the stream's end if
  // there is none.
  StreamOffset after(FrameNumber frame) {
    while (has_row_ && rows_.row() <= frame.value) has_row_ = rows_.next();
    return {has_row_ ? std::min(rows_.record().stream_offset, end_) : end_};
  }

 private:
  TableScan<FrameRecord> rows_;
  const std::uint64_t end_;
  bool has_row_ = rows_.next();
};

std::vector<LostRun> unmerged_runs(const ImageTables& image,
                                   const std::vector<FrameNumber>& frames) {
  std::vector<LostRun> runs;
  if (frames.empty()) return runs;
  const std::uint64_t stream_size = image.header().stream_size;
  IndexReader::Cursor cursor(image.index());
  NextRows next(image);
  for (const FrameNumber frame : frames) {
    // Unreadable rows come several in a row. The lost run then begins at the bad frame before them.
    const auto row = cursor.row<FrameRecord>(Table::kFrames, frame.value);
    LostRun run{runs.empty() ? StreamOffset{0} : runs.back().begin, next.after(frame)};
    if (row) run.begin = {std::min(row->stream_offset, stream_size)};
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

// Reports the frames in their order, which they have afterwards.
void report(const CheckContext& context, std::string_view kind, std::vector<BadFrame>& frames) {
  std::ranges::sort(frames, {}, &BadFrame::number);
  for (const BadFrame& frame : frames) {
    if (!frame.message.empty()) context.problems.add_message(kind, frame.message);
  }
}

}  // namespace

std::vector<LostRun> runs_of_frames(const ImageTables& image,
                                    const std::vector<FrameNumber>& frames) {
  return merged(unmerged_runs(image, frames));
}

DataCheckResult check_data(const CheckContext& context) {
  FrameQueue queue(context.image.header().frame_count);
  CodedBytes coded(context.image.header().data_size);
  std::vector<Worker> workers(context.threads);
  run_on_threads(context.threads,
                 [&](unsigned worker) { workers[worker].run(context, queue, coded); });
  if (coded.are_exceeded()) {
    context.problems.add("data frames: they overlap, and take more than the {} bytes; not decoded",
                         context.image.header().data_size);
  }

  DataCheckResult result;
  std::vector<BadFrame> bad;
  std::vector<BadFrame> forged;
  for (Worker& worker : workers) {
    result.frames += worker.frames;
    result.decoded_bytes += worker.decoded_bytes;
    std::ranges::move(worker.bad, std::back_inserter(bad));
    std::ranges::move(worker.forged, std::back_inserter(forged));
  }
  report(context, "data frame", bad);
  report(context, "data digest", forged);
  std::vector<FrameNumber> numbers;
  for (const BadFrame& frame : bad) numbers.push_back(frame.number);
  result.lost = runs_of_frames(context.image, numbers);
  return result;
}

}  // namespace zvfs
