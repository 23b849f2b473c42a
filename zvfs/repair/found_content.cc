#include "zvfs/repair/found_content.h"

#include <algorithm>

#include "base/units.h"
#include "codecs/frame_scan.h"

namespace zvfs {
namespace {

constexpr std::uint64_t kPiece = kMiB;

Unexpected changed() { return fail(ErrorCode::kCorrupt, "file changed as we read it"); }

}  // namespace

Result<void> FoundContent::open(const FoundFrame& frame) {
  frame_ = frame;
  decoded_ = 0;
  read_ = frame.coded.begin;
  coded_used_ = 0;
  coded_.clear();
  stream_.reset();
  if (!frame.is_keepable) return {};
  coded_.resize(frame.coded.size());
  return source_.read(frame.coded.begin, coded_);
}

Result<ByteSpan> FoundContent::next() {
  if (decoded_ == frame_.decoded_size) return ByteSpan();
  if (!frame_.is_keepable) return next_of_stream();
  content_.resize(frame_.decoded_size);
  const auto frame = decode_found_frame(zstd_, coded_, content_);
  if (!frame || frame->checksum != frame_.checksum) return changed();
  decoded_ = frame_.decoded_size;
  return ByteSpan(content_);
}

Result<ByteSpan> FoundContent::next_of_stream() {
  content_.resize(std::min(kPiece, frame_.decoded_size - decoded_));
  std::size_t filled = 0;
  while (filled < content_.size()) {
    if (coded_used_ == coded_.size() && read_ < frame_.coded.end) {
      coded_.resize(std::min(kPiece, frame_.coded.end - read_));
      ZVFS_TRY(source_.read(read_, coded_));
      read_ += coded_.size();
      coded_used_ = 0;
    }
    const auto step = stream_.decode(ByteSpan(coded_).subspan(coded_used_),
                                     MutableByteSpan(content_).subspan(filled));
    if (!step || step->read + step->written == 0) return changed();
    coded_used_ += step->read;
    filled += step->written;
  }
  decoded_ += filled;
  return ByteSpan(content_);
}

}  // namespace zvfs
