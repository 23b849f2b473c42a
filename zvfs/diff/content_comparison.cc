#include "zvfs/diff/content_comparison.h"

#include <algorithm>
#include <cstring>

namespace zvfs {
namespace {

using Answer = FrameTwins::Answer;

bool is_zero(ByteSpan bytes) {
  return std::ranges::all_of(bytes, [](std::byte byte) { return byte == std::byte{0}; });
}

// True if `length` bytes from `offset` on differ. At least one of the runs is data.
Result<bool> bytes_differ(ComparableContent& old_content, const ContentRun& old_run,
                          ComparableContent& new_content, const ContentRun& new_run,
                          std::uint64_t offset, std::uint64_t length) {
  if (old_run.is_hole) return !is_zero(ZVFS_TRY(new_content.read(offset, length)));
  const ByteSpan old_bytes = ZVFS_TRY(old_content.read(offset, length));
  if (new_run.is_hole) return !is_zero(old_bytes);
  const ByteSpan new_bytes = ZVFS_TRY(new_content.read(offset, length));
  return std::memcmp(old_bytes.data(), new_bytes.data(), length) != 0;
}

}  // namespace

ContentComparison::ContentComparison(const ComparableTree& old_tree,
                                     const ComparableTree& new_tree) {
  if (old_tree.image() != nullptr && new_tree.image() != nullptr) {
    twins_.emplace(old_tree.image()->raw(), new_tree.image()->raw());
  }
}

Result<bool> ContentComparison::differs(ComparableContent& old_content,
                                        ComparableContent& new_content, std::uint64_t size) {
  for (std::uint64_t offset = 0; offset < size;) {
    const ContentRun old_run = ZVFS_TRY(old_content.run_at(offset));
    const ContentRun new_run = ZVFS_TRY(new_content.run_at(offset));
    const std::uint64_t end = std::min({old_run.end, new_run.end, size});
    const std::uint64_t length = end - offset;
    Answer answer = Answer::kSame;
    if (!old_run.is_hole || !new_run.is_hole) {
      answer = ZVFS_TRY(ask_frames(old_run, new_run, length));
    }
    if (answer == Answer::kDiffer) return true;
    if (answer == Answer::kUnknown &&
        ZVFS_TRY(bytes_differ(old_content, old_run, new_content, new_run, offset, length))) {
      return true;
    }
    offset = end;
  }
  return false;
}

// Equal frames hold equal bytes at equal offsets. Unequal frames say something only if they are
// compared as a whole.
Result<Answer> ContentComparison::ask_frames(const ContentRun& old_run, const ContentRun& new_run,
                                             std::uint64_t length) {
  if (!twins_ || !old_run.part || !new_run.part || old_run.part->offset != new_run.part->offset) {
    return Answer::kUnknown;
  }
  const DataFrame& old_frame = old_run.part->frame;
  const DataFrame& new_frame = new_run.part->frame;
  const Answer answer = ZVFS_TRY(twins_->compare(old_frame, new_frame));
  const bool is_whole =
      length == old_frame.location.decoded_size && length == new_frame.location.decoded_size;
  return answer == Answer::kDiffer && !is_whole ? Answer::kUnknown : answer;
}

}  // namespace zvfs
