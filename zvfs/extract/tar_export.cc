#include "zvfs/extract/tar_export.h"

#include "format/frame_prefetcher.h"
#include "tar/tar_member.h"
#include "zvfs/extract/member_exporter.h"
#include "zvfs/walk/selected_walk.h"

namespace zvfs {
namespace {

std::uint64_t window_size(const Image& image) { return image.raw().cache().capacity_bytes() / 4; }

}  // namespace

Result<void> export_stream(const Image& image, const TarExport& to) {
  const ImageTables& raw = image.raw();
  IndexReader::Cursor cursor(raw.index());
  FramePrefetcher prefetcher(image, to.threads, window_size(image));
  for (std::uint32_t number = 0; number < raw.header().frame_count; ++number) {
    prefetcher.visit(number);
    const DataFrame frame = ZVFS_TRY(raw.frame_table().frame(cursor, {number}));
    const FramePtr decoded = ZVFS_TRY(
        raw.frames().read({FrameKey::Space::kData, number}, FrameClass::kPacked, frame.location));
    ZVFS_TRY(to.write(decoded->bytes()));
    if (to.bytes_done != nullptr) *to.bytes_done += decoded->bytes().size();
  }
  return {};
}

Result<bool> export_selected(const Image& image, Selection& selection, const TarExport& to) {
  MemberExporter exporter(image, to, window_size(image));
  ZVFS_TRY(SelectedWalk(image, selection, exporter).run());
  ZVFS_TRY(exporter.finish());
  return exporter.is_whole();
}

}  // namespace zvfs
