#include "zvfs/diff/frame_twins.h"

namespace zvfs {

Result<FrameTwins::Answer> FrameTwins::compare(const DataFrame& a, const DataFrame& b) {
  if (!last_ || last_->a != a.number || last_->b != b.number) {
    last_ = Pair{a.number, b.number, ZVFS_TRY(compare_anew(a, b))};
  }
  return last_->answer;
}

Result<FrameTwins::Answer> FrameTwins::compare_anew(const DataFrame& a, const DataFrame& b) {
  const FrameLocation& at_a = a.location;
  const FrameLocation& at_b = b.location;
  if (at_a.decoded_size != at_b.decoded_size || at_a.checksum != at_b.checksum) {
    return Answer::kDiffer;
  }
  // Equal 32-bit hashes prove nothing.
  if (at_a.kind != at_b.kind || at_a.coded_size != at_b.coded_size) return Answer::kUnknown;
  ZVFS_TRY(read(a_, a, bytes_a_));
  ZVFS_TRY(read(b_, b, bytes_b_));
  return bytes_a_ == bytes_b_ ? Answer::kSame : Answer::kUnknown;
}

Result<void> FrameTwins::read(const ImageTables& image, const DataFrame& frame, ByteVector& coded) {
  coded.resize(frame.location.coded_size);
  const FrameKey key{FrameKey::Space::kData, frame.number.value};
  return image.frames().read_coded(key, frame.location, coded);
}

}  // namespace zvfs
