#include "zvfs/inspect/frame_contents.h"

#include <algorithm>
#include <tuple>

#include "zvfs/inspect/visit_budget.h"

namespace zvfs {
namespace {

// Counts the data of files, which must come in the order of their stream offsets.
class FileByteCounter {
 public:
  FileByteCounter(const Image& image, std::vector<std::uint32_t>& bytes)
      : image_(image), cursor_(image.raw().index()), bytes_(bytes), budget_(image.header()) {}

  Result<void> add(InodeNumber number) {
    const Inode inode = ZVFS_TRY(image_.inode(number));
    if (!inode.record.is_regular()) return {};
    FileSegment segment;
    for (std::uint64_t offset = 0; offset < inode.record.size && budget_left_;) {
      segment = ZVFS_TRY(image_.segment_at(inode, offset, segment.next_extent));
      std::uint64_t visits = 1;
      const Result<void> added = segment.is_data ? add(segment, visits) : Result<void>();
      budget_left_ = budget_.charge(number, visits).has_value();
      ZVFS_TRY(added);
      offset = segment.end;
    }
    return {};
  }
  [[nodiscard]] bool is_at_end() const { return !budget_left_; }

 private:
  Result<void> add(const FileSegment& segment, std::uint64_t& visits) {
    return visit_frames(image_, cursor_, segment,
                        [&](const DataFrame& frame, StreamOffset begin, StreamOffset end) {
                          ++visits;
                          begin = std::max(begin, counted_to_);
                          if (begin >= end) return;  // equal files, which come in a row
                          counted_to_ = end;
                          std::uint32_t& bytes = bytes_[frame.number.value];
                          const std::uint32_t room = frame.location.decoded_size - bytes;
                          bytes += static_cast<std::uint32_t>(
                              std::min<std::uint64_t>(end.value - begin.value, room));
                        });
  }

  const Image& image_;
  IndexReader::Cursor cursor_;
  std::vector<std::uint32_t>& bytes_;
  StreamOffset counted_to_;
  VisitBudget budget_;
  bool budget_left_ = true;
};

}  // namespace

FrameContents FrameContents::of(const Image& image) {
  FrameContents contents(image.header().frame_count);
  FileByteCounter counter(image, contents.bytes_);
  const IndexReader& index = image.raw().index();
  IndexReader::Cursor files(index);
  const std::uint64_t rows = index.rows(Table::kFrameFiles);
  for (std::uint64_t row = 0; row < rows && !counter.is_at_end(); ++row) {
    const auto inode = files.u32_row(Table::kFrameFiles, row);
    if (inode) std::ignore = counter.add(InodeNumber{*inode});
  }
  return contents;
}

Result<void> visit_frames(const Image& image, IndexReader::Cursor& cursor,
                          const FileSegment& segment,
                          const std::function<void(const DataFrame& frame, StreamOffset begin,
                                                   StreamOffset end)>& visit) {
  const FrameTable& table = image.raw().frame_table();
  const StreamOffset segment_end{segment.stream.value + (segment.end - segment.begin)};
  DataFrame frame = ZVFS_TRY(table.find(cursor, segment.stream, segment.first_frame));
  for (StreamOffset begin = segment.stream;;) {
    const StreamOffset end = std::min(frame.end(), segment_end);
    visit(frame, begin, end);
    if (end == segment_end) return {};
    begin = end;
    frame = ZVFS_TRY(table.frame(cursor, {frame.number.value + 1}));
  }
}

}  // namespace zvfs
