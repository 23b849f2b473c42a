#include "zvfs/check/seek_table_check.h"

#include <optional>

#include "zvfs/check/seek_table_reader.h"
#include "zvfs/check/table_scan.h"

namespace zvfs {
namespace {

// The rows of the frames table as entries of a seek table, in order.
class ExpectedEntries {
 public:
  explicit ExpectedEntries(const ImageTables& image) : rows_(image, Table::kFrames) { advance(); }

  // The entry of frame `number`, or nothing if its rows cannot be read or are out of order.
  // Precondition: ascending numbers.
  std::optional<SeekTableEntry> entry(std::uint32_t number) {
    while (has_row_ && rows_.row() < number) advance();
    if (!has_row_ || rows_.row() != number) return std::nullopt;
    const FrameRecord begin = rows_.record();
    advance();
    if (!has_row_ || rows_.row() != std::uint64_t{number} + 1) return std::nullopt;
    const FrameRecord& end = rows_.record();
    if (end.image_offset < begin.image_offset || end.stream_offset < begin.stream_offset) {
      return std::nullopt;
    }
    const std::uint64_t coded_size = end.image_offset - begin.image_offset;
    const std::uint64_t decoded_size = end.stream_offset - begin.stream_offset;
    if (coded_size > UINT32_MAX || decoded_size > UINT32_MAX) return std::nullopt;
    return SeekTableEntry{static_cast<std::uint32_t>(coded_size),
                          static_cast<std::uint32_t>(decoded_size), begin.checksum};
  }

 private:
  void advance() { has_row_ = rows_.next(); }

  TableScan<FrameRecord> rows_;
  bool has_row_ = false;
};

void compare(const CheckContext& context, std::string_view what, std::uint32_t number,
             const SeekTableEntry& entry, const SeekTableEntry& expected) {
  if (entry == expected) return;
  context.problems.add(
      "seek table: entry {}: {} bytes of {} with checksum {:08x}, but {} has {} of {} with "
      "{:08x}",
      number, entry.coded_size, entry.decoded_size, entry.checksum, what, expected.coded_size,
      expected.decoded_size, expected.checksum);
}

}  // namespace

Result<void> check_seek_table(const CheckContext& context) {
  const IndexHeader& header = context.image.header();
  const std::uint32_t entries = header.frame_count + 1;
  const std::uint64_t begin = header.image_size - SeekTableFooter{entries}.table_size();
  SeekTableReader reader(context.image, {begin}, entries);
  if (auto sane = reader.check_frame(); !sane) {
    if (sane.error().code == ErrorCode::kIo || is_of_system(sane.error())) return sane;
    context.problems.add("seek table: {}", sane.error().message);
  }
  ExpectedEntries frames(context.image);
  for (std::uint32_t i = 0; i < header.frame_count; ++i) {
    const SeekTableEntry entry = ZVFS_TRY(reader.next());
    const auto expected = frames.entry(i);
    if (expected) compare(context, "the frames table", i, entry, *expected);
  }
  // The size in the entry is right, since it led to the index.
  const auto index_size = static_cast<std::uint32_t>(begin - header.data_size);
  compare(context, "the index frame", header.frame_count, ZVFS_TRY(reader.next()),
          {index_size, 0, kEmptyChecksum});
  return {};
}

}  // namespace zvfs
