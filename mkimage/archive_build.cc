#include "mkimage/archive_build.h"

#include "base/quoting.h"
#include "format/index_header.h"
#include "mkimage/frames/image_finish.h"
#include "tree/file_locator.h"

namespace zvfs {

ArchiveBuild::ArchiveBuild(const BuildOptions& options, BuildMonitor& monitor,
                           IndexExtras& index_extras, Warnings& warnings, ImageWriter& writer)
    : options_(options),
      monitor_(monitor),
      writer_(writer),
      indexer_(tree_, warnings, &index_extras),
      pipeline_(writer, options.encoder, options.threads),
      cutter_(options.bounds, pipeline_) {}

Result<void> ArchiveBuild::write_frames(std::string_view name, ByteStream& stream) {
  while (true) {
    const ByteSpan bytes = ZVFS_TRY_IN(name, stream.next());
    if (bytes.empty()) break;
    ZVFS_TRY(take(name, bytes));
  }
  ZVFS_TRY(cutter_.finish());
  ZVFS_TRY_IN(name, indexer_.finish());
  return pipeline_.finish();
}

Result<void> ArchiveBuild::finish(BuildReport& report) {
  locate_files(tree_, indexer_.files(), writer_.frames());
  report.count(tree_);
  return finish_image(writer_, tree_, indexer_.files(),
                      {.encoder = options_.encoder,
                       .frame_bound = options_.bounds.max(),
                       .compat = IndexHeader::kForeignStream,
                       .gather_sizes = options_.gather_sizes},
                      report);
}

Result<void> ArchiveBuild::take(std::string_view name, ByteSpan bytes) {
  while (!bytes.empty()) {
    const TarParser::Step step = ZVFS_TRY_IN(name, indexer_.take(bytes));
    ZVFS_TRY(cut(step, bytes.first(step.size)));
    bytes = bytes.subspan(step.size);
  }
  return {};
}

Result<void> ArchiveBuild::cut(const TarParser::Step& step, ByteSpan bytes) {
  if (step.part == TarParser::Part::kEnd) return cutter_.append_end(bytes);
  if (step.part == TarParser::Part::kData) return cutter_.append_data(bytes);
  ZVFS_TRY(cutter_.append_headers(bytes));
  if (step.member == nullptr) return {};
  ++monitor_.progress.files_found;
  if (monitor_.on_names) pipeline_.add_names(quote_name(step.member->path) + '\n');
  return cutter_.begin_data(step.member->data_size);
}

}  // namespace zvfs
