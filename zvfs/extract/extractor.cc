#include "zvfs/extract/extractor.h"

#include <future>
#include <memory>
#include <sys/stat.h>
#include <utility>

#include "base/parallel.h"
#include "zvfs/extract/attribute_restorer.h"
#include "zvfs/extract/batch_extractor.h"
#include "zvfs/extract/batch_queue.h"
#include "zvfs/extract/extract_planner.h"
#include "zvfs/extract/item_writer.h"
#include "zvfs/extract/output_tree.h"
#include "zvfs/walk/selected_walk.h"

namespace zvfs {
namespace {

// Calls a function at the end of its scope, even if an exception ends it.
template <typename Function>
class AtEnd {
 public:
  explicit AtEnd(Function function) : function_(std::move(function)) {}
  AtEnd(const AtEnd&) = delete;
  AtEnd& operator=(const AtEnd&) = delete;
  ~AtEnd() { function_(); }

 private:
  Function function_;
};

}  // namespace

Result<void> extract_image(const Image& image, Selection& selection, const ExtractOptions& options,
                           ExtractReport& report) {
  const AttributeRestorer restorer(image, options);
  const auto output = ZVFS_TRY(OutputTree::open(options, restorer, report));
  ::umask(0);  // files are created with their final modes

  BatchQueue queue;
  const auto plan = [&]() -> Result<void> {
    const AtEnd end([&] { queue.end(); });
    ExtractPlanner planner(image, *output, report, [&](std::unique_ptr<ExtractBatch> batch) {
      return queue.put(std::move(batch));
    });
    ZVFS_TRY(SelectedWalk(image, selection, planner).run());
    planner.finish();
    return {};
  };
  std::packaged_task<Result<void>()> task(plan);
  std::future<Result<void>> planned = task.get_future();
  ThreadGroup planning;  // declared after what it uses: joined before
  planning.start_at_least_one(1, [&] { task(); });
  {
    const AtEnd stop([&] { queue.stop(); });
    ItemWriter writer(image, *output, restorer, options, report);
    BatchExtractor extractor(image, writer, options, report);
    while (!report.stopped()) {
      const std::unique_ptr<ExtractBatch> batch = queue.take();
      if (batch == nullptr) break;
      extractor.run(*batch);
    }
  }
  Result<void> result = planned.get();
  if (auto failure = report.failure()) return Unexpected(*std::move(failure));
  return report.stopped() ? Result<void>() : std::move(result);
}

}  // namespace zvfs
