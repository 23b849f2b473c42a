#include "zvfs/check/frame_files_check.h"

#include "base/result.h"
#include "zvfs/check/table_scan.h"

namespace zvfs {
namespace {

class FrameFilesCheck {
 public:
  FrameFilesCheck(const CheckContext& context, InodeStates& states)
      : context_(context),
        image_(context.image),
        states_(states),
        rows_(image_.index()),
        files_(image_.index()),
        inodes_(image_.index()),
        extents_(image_.index()) {}

  void run() {
    for (std::uint32_t i = 0; i < image_.header().frame_count; ++i) {
      const auto frame = image_.frame_table().frame(rows_, FrameNumber{i});
      if (!frame) continue;
      // Where rows of the frames table are wrong, many frames may list the same files.
      visited_ += frame->end_file - frame->first_file;
      if (visited_ > image_.index().rows(Table::kFrameFiles)) {
        context_.problems.add(
            "frame files: frame {} shares files with others; it and the rest are not checked", i);
        return;
      }
      check_frame(*frame);
    }
    if (context_.index_is_whole) check_complete();
  }

 private:
  void check_frame(const DataFrame& frame) {
    std::uint64_t last_begin = 0;
    for (std::uint32_t row = frame.first_file; row < frame.end_file; ++row) {
      const auto inode = files_.u32_row(Table::kFrameFiles, row);
      if (!inode) return;  // a damaged index frame, which was reported
      if (const auto sane = check_file(frame, {*inode}, last_begin); !sane) {
        context_.problems.add("frame files: row {} (frame {}): {}", row, frame.number.value,
                              sane.error().message);
      }
    }
  }

  Result<void> check_file(const DataFrame& frame, InodeNumber number, std::uint64_t& last_begin) {
    if (!states_.contains(number)) {
      return fail(ErrorCode::kCorrupt, "inode {} is not from 1 to {}", number.value,
                  states_.size());
    }
    const InodeStates::State state = states_.of(number);
    if (!state.is_read()) return {};  // its row cannot be read or is wrong, which was reported
    if (!state.is(InodeStates::State::kHasData))
      return fail(ErrorCode::kCorrupt, "inode {} has no data", number.value);
    if (state.is(InodeStates::State::kListed))
      return fail(ErrorCode::kCorrupt, "inode {} is listed twice", number.value);
    states_.edit(number).set(InodeStates::State::kListed);
    const auto begin = first_byte(number);
    if (!begin) return {};
    if (!frame.holds(*begin)) {
      return fail(ErrorCode::kCorrupt, "inode {} begins at stream offset {}, outside {} to {}",
                  number.value, begin->value, frame.begin.value, frame.end().value);
    }
    if (begin->value < last_begin) {
      return fail(ErrorCode::kCorrupt,
                  "inode {} begins at stream offset {}, before the last one's {}", number.value,
                  begin->value, last_begin);
    }
    last_begin = begin->value;
    return {};
  }

  Result<StreamOffset> first_byte(InodeNumber number) {
    const auto inode = ZVFS_TRY(inodes_.row<InodeRecord>(Table::kInodes, number.value - 1));
    if (!inode.has_extent_list()) return StreamOffset{inode.data};
    const auto extent = ZVFS_TRY(extents_.row<ExtentRecord>(Table::kExtents, inode.data));
    return StreamOffset{extent.stream_offset};
  }

  void check_complete() const {
    for (std::uint32_t i = 1; i <= states_.size(); ++i) {
      const InodeStates::State state = states_.of({i});
      if (state.is(InodeStates::State::kHasData) && !state.is(InodeStates::State::kListed)) {
        context_.problems.add("frame files: inode {} is missing", i);
      }
    }
  }

  const CheckContext& context_;
  const ImageTables& image_;
  InodeStates& states_;
  IndexReader::Cursor rows_;
  IndexReader::Cursor files_;
  IndexReader::Cursor inodes_;
  IndexReader::Cursor extents_;
  std::uint64_t visited_ = 0;  // rows
};

}  // namespace

void check_frame_files(const CheckContext& context, InodeStates& states) {
  FrameFilesCheck(context, states).run();
}

}  // namespace zvfs
