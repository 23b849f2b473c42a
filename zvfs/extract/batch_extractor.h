#pragma once

#include <atomic>
#include <cstddef>
#include <functional>
#include <vector>

#include "base/bytes.h"
#include "format/image.h"
#include "zvfs/extract/extract_batch.h"
#include "zvfs/extract/extract_options.h"
#include "zvfs/extract/extract_report.h"
#include "zvfs/extract/frame_schedule.h"
#include "zvfs/extract/item_writer.h"

namespace zvfs {

/// Restores batches on several threads. Each frame is decoded once, by one thread, which writes the
/// data of all files in it. Not thread-safe itself.
class BatchExtractor {
 public:
  /// Borrows all.
  BatchExtractor(const Image& image, ItemWriter& writer, const ExtractOptions& options,
                 ExtractReport& report);

  /// Restores all of `batch`, or returns early if the report says to stop.
  void run(ExtractBatch& batch);

 private:
  class Worker;

  void run_on_all_threads(const std::function<void(unsigned worker)>& body);

  const Image& image_;
  ItemWriter& writer_;
  const ExtractOptions& options_;
  ExtractReport& report_;
  std::vector<ByteVector> buffers_;  // for a decoded frame, one per thread
};

}  // namespace zvfs
