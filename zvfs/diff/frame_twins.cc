#include "zvfs/diff/frame_twins.h"

namespace zvfs {

Result<FrameTwins::Answer> FrameTwins::compare(const DataFrame& a, const DataFrame& b) {
  if (!last_ || last_->a != a.number || last_->b != b.number) {
    last_ = Pair{a.number, b.number, ZVFS_TRY(compare_anew(a.location, b.location))};
  }
  return last_->answer;
}

Result<FrameTwins::Answer> FrameTwins::compare_anew(const FrameLocation& a,
                                                    const FrameLocation& b) {
  if (a.decoded_size != b.decoded_size || a.checksum != b.checksum) return Answer::kDiffer;
  // Equal 32-bit hashes prove nothing.
  if (a.kind != b.kind || a.coded_size != b.coded_size) return Answer::kUnknown;
  bytes_a_.resize(a.coded_size);
  bytes_b_.resize(b.coded_size);
  ZVFS_TRY(a_.frames().read_raw(a.offset, bytes_a_));
  ZVFS_TRY(b_.frames().read_raw(b.offset, bytes_b_));
  return bytes_a_ == bytes_b_ ? Answer::kSame : Answer::kUnknown;
}

}  // namespace zvfs
