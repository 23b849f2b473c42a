#include "zvfs/extract/batch_extractor.h"

#include <algorithm>

#include "base/parallel.h"

namespace zvfs {
namespace {

// Hands out the numbers from 0 to `count` - 1 in small runs. Thread-safe.
class RunCounter {
 public:
  explicit RunCounter(std::size_t count) : count_(count) {}

  // Calls `body` with each number of the next run. False if none is left.
  template <typename Body>
  bool next(const Body& body) {
    constexpr std::size_t kRun = 16;
    const std::size_t begin = next_.fetch_add(kRun);
    for (std::size_t i = begin; i < std::min(begin + kRun, count_); ++i) body(i);
    return begin < count_;
  }

 private:
  const std::size_t count_;
  std::atomic<std::size_t> next_ = 0;
};

}  // namespace

// One thread's work on a batch.
class BatchExtractor::Worker {
 public:
  Worker(BatchExtractor& extractor, ExtractBatch& batch, ByteVector& buffer)
      : extractor_(extractor),
        batch_(batch),
        buffer_(buffer),
        cursor_(extractor.image_.raw().index()) {}

  void run(FrameSchedule& schedule, RunCounter& whole_items) {
    FrameSchedule::Task task;
    while (!stopped() && schedule.next(task)) {
      for (std::uint32_t frame = task.begin; frame < task.end && !stopped(); ++frame) {
        extract_frame({frame}, task.runs);
      }
    }
    while (!stopped() && whole_items.next([&](std::size_t i) {
      extractor_.writer_.write_whole(batch_.items[batch_.whole_items[i]]);
    })) {
    }
  }

 private:
  [[nodiscard]] bool stopped() const { return extractor_.report_.stopped(); }

  void extract_frame(FrameNumber number, const std::vector<const DataRun*>& runs) {
    const auto touches = [&](const DataRun* run) {
      return run->first <= number && number <= run->last;
    };
    if (std::ranges::none_of(runs, touches)) return;
    const auto frame = decode(number);
    for (const DataRun* const run : runs) {
      if (!touches(run)) continue;
      ExtractItem& item = batch_.items[run->item];
      const auto piece = frame ? piece_of(*run, *frame) : Unexpected(frame.error());
      if (piece) {
        extractor_.writer_.write_piece(item, *piece);
      } else {
        extractor_.writer_.lose_piece(item, piece.error());
      }
    }
  }

  Result<DataFrame> decode(FrameNumber number) {
    const ImageTables& raw = extractor_.image_.raw();
    const DataFrame frame = ZVFS_TRY(raw.frame_table().frame(cursor_, number));
    if (buffer_.size() < frame.location.decoded_size) buffer_.resize(frame.location.decoded_size);
    ZVFS_TRY(raw.frames().decode({FrameKey::Space::kData, number.value}, frame.location,
                                 MutableByteSpan(buffer_).first(frame.location.decoded_size)));
    return frame;
  }

  // The part of `run` that lies in the decoded frame.
  [[nodiscard]] Result<FilePiece> piece_of(const DataRun& run, const DataFrame& frame) const {
    const StreamOffset run_end{run.begin.value + run.length};
    const StreamOffset begin = std::max(run.begin, frame.begin);
    const StreamOffset end = std::min(run_end, frame.end());
    if (begin >= end) {
      return fail(ErrorCode::kCorrupt, "data frame {} lies outside the run", frame.number.value);
    }
    return FilePiece{.offset = run.file_offset + (begin.value - run.begin.value),
                     .bytes = ByteSpan(buffer_).subspan(begin.value - frame.begin.value,
                                                        end.value - begin.value)};
  }

  BatchExtractor& extractor_;
  ExtractBatch& batch_;
  ByteVector& buffer_;
  IndexReader::Cursor cursor_;
};

BatchExtractor::BatchExtractor(const Image& image, ItemWriter& writer,
                               const ExtractOptions& options, ExtractReport& report)
    : image_(image),
      writer_(writer),
      options_(options),
      report_(report),
      buffers_(options.threads) {}

// An exception of one thread stops the others soon, since they look at the report.
void BatchExtractor::run_on_all_threads(const std::function<void(unsigned worker)>& body) {
  run_on_threads(options_.threads, [&](unsigned worker) {
    try {
      body(worker);
    } catch (...) {
      report_.abort(caught_error());
    }
  });
}

void BatchExtractor::run(ExtractBatch& batch) {
  FrameSchedule schedule(batch.runs, options_.threads);
  RunCounter whole_items(batch.whole_items.size());
  run_on_all_threads(
      [&](unsigned worker) { Worker(*this, batch, buffers_[worker]).run(schedule, whole_items); });
  for (ExtractItem& item : batch.items) {
    if (report_.stopped()) {
      ItemWriter::abandon(item);
    } else {
      writer_.lose_unfinished(item);
    }
  }
  if (batch.links.empty()) return;
  RunCounter links(batch.links.size());
  run_on_all_threads([&](unsigned) {
    while (!report_.stopped() &&
           links.next([&](std::size_t i) { writer_.make_link(batch.links[i]); })) {
    }
  });
}

}  // namespace zvfs
