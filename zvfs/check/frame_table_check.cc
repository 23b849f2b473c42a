#include "zvfs/check/frame_table_check.h"

#include "zvfs/check/table_scan.h"

namespace zvfs {
namespace {

void check_first(const CheckContext& context, const FrameRecord& row) {
  if (row.image_offset == 0 && row.stream_offset == 0 && row.first_file == 0) return;
  context.problems.add(
      "frames table: row 0: image offset {}, stream offset {} and first file {} are not all 0",
      row.image_offset, row.stream_offset, row.first_file);
}

void check_last(const CheckContext& context, const FrameRecord& row) {
  const IndexHeader& header = context.image.header();
  const std::uint64_t files = context.image.index().rows(Table::kFrameFiles);
  const FrameRecord expected{header.data_size, header.stream_size, 0,
                             static_cast<std::uint32_t>(files), 0};
  if (row == expected) return;
  context.problems.add(
      "frames table: row {}: image offset {}, stream offset {} and first file {} with checksum "
      "{:08x} and kind {} do not match the end: data size {}, stream size {}, files {}, 0, 0",
      header.frame_count, row.image_offset, row.stream_offset, row.first_file, row.checksum,
      row.kind, header.data_size, header.stream_size, files);
}

}  // namespace

void check_frame_table(const CheckContext& context) {
  const ImageTables& image = context.image;
  const std::uint32_t frame_count = image.header().frame_count;
  IndexReader::Cursor cursor(image.index());
  TableScan<FrameRecord> rows(image, Table::kFrames);
  std::uint64_t expected_row = 0;
  while (rows.next()) {
    if (!rows.is_canonical()) {
      context.problems.add("frames table: row {}: its zero fields are not zero", rows.row());
    }
    if (rows.row() == 0) check_first(context, rows.record());
    if (rows.row() == frame_count) check_last(context, rows.record());
    if (rows.row() > 0 && rows.row() == expected_row) {
      const FrameNumber number{static_cast<std::uint32_t>(rows.row() - 1)};
      const auto frame = image.frame_table().frame(cursor, number);
      if (!frame) context.problems.add_message("frame row", frame.error().message);
    }
    expected_row = rows.row() + 1;
  }
}

}  // namespace zvfs
