#include "zvfs/repair/frame_walk.h"

#include <algorithm>
#include <array>
#include <limits>
#include <utility>

#include "base/units.h"
#include "codecs/frame_scan.h"
#include "format/frame_reader.h"
#include "format/index_header.h"

namespace zvfs {
namespace {

// The effort of an attempt to decode, at least, and that of a look at another part of the file:
// what decodes in the same time.
constexpr std::uint64_t kAttempt = 16 * kKiB;
constexpr std::uint64_t kLook = 4 * kKiB;

}  // namespace

// Bytes that only begin like a frame must be decoded until they turn out not to be one. In a file
// made for this purpose that could go on for years, so the effort is limited; other files hardly
// have such bytes.
FrameWalk::FrameWalk(const ImageSource& source, std::atomic<std::uint64_t>* position,
                     std::uint64_t fixed_effort)
    : source_(source),
      position_(position),
      effort_left_(fixed_effort + 16 * source.size()),
      window_(source) {}

Result<FrameWalkResult> FrameWalk::run() {
  while (at_ < source_.size()) {
    if (position_ != nullptr) *position_ = at_;
    if (ZVFS_TRY(take_frame())) continue;
    const std::uint64_t begin = at_;
    if (!ZVFS_TRY(skip_to_frame())) at_ = source_.size();
    if (!after_gap_ || found_.gaps.empty()) {
      found_.gaps.push_back({begin, at_});
    } else {
      found_.gaps.back().end = at_;
    }
    after_gap_ = true;
  }
  return std::move(found_);
}

// True if a whole frame begins here; then steps past it.
Result<bool> FrameWalk::take_frame() {
  const ByteSpan head = ZVFS_TRY(window_.read(at_, kMaxFrameHeader));
  const auto format = frame_format(head);
  if (!format) return false;
  if (*format == FrameFormat::kSkippable) return take_skippable();
  const auto content_size = declared_content_size(head);
  if (content_size && *content_size > 0 && *content_size <= kMaxFrameSize &&
      ZVFS_TRY(take_bounded(*content_size))) {
    return true;
  }
  return *format == FrameFormat::kZstd ? take_stream() : Result<bool>(false);
}

// Accepts the frame only if another frame or the end of the file follows, or it is an index, since
// its size may be damaged.
Result<bool> FrameWalk::take_skippable() {
  ByteReader head(ZVFS_TRY(window_.read(at_, kSkippableHeaderSize)));
  const std::uint32_t magic = head.u32();
  const std::uint64_t size = kSkippableHeaderSize + std::uint64_t{head.u32()};
  if (!head.ok() || size > source_.size() - at_) return false;
  const std::uint64_t end = at_ + size;
  if (magic == kIndexFrameMagic && ZVFS_TRY(is_index(size))) {
    found_.indexes.push_back({at_, end});
  } else if (end < source_.size() && !ZVFS_TRY(has_frame_at(end))) {
    return false;
  }
  at_ = end;
  return true;
}

// Does not move the window, since the search may have to go on within it.
Result<bool> FrameWalk::has_frame_at(std::uint64_t offset) {
  if (window_.holds(offset, kMagicSize)) {
    return frame_format(ZVFS_TRY(window_.read(offset, kMagicSize))).has_value();
  }
  if (effort_left_ == 0 || source_.size() - offset < kMagicSize) return false;
  std::array<std::byte, kMagicSize> magic;
  ZVFS_TRY(source_.read(offset, magic));
  return frame_format(magic).has_value() || give_up(kLook);
}

Result<bool> FrameWalk::is_index(std::uint64_t size) {
  constexpr std::uint64_t kAnyImageSize = std::numeric_limits<std::uint64_t>::max();
  if (size < kSkippableHeaderSize + IndexHeader::kSize) return false;
  const ByteSpan header = ZVFS_TRY(window_.read(at_ + kSkippableHeaderSize, IndexHeader::kSize));
  return IndexHeader::parse(header, size, kAnyImageSize).has_value();
}

Result<bool> FrameWalk::take_bounded(std::uint64_t content_size) {
  const std::uint64_t most = max_coded_size(content_size);
  ByteSpan bytes = ZVFS_TRY(window_.read(at_, std::min(most, FileWindow::kSize)));
  auto size = coded_frame_size(bytes);
  if (!size && bytes.size() == FileWindow::kSize && most > FileWindow::kSize) {
    bytes = ZVFS_TRY(window_.read(at_, most));
    size = coded_frame_size(bytes);
  }
  if (!size) return give_up(bytes.size());
  const auto frame = decode_found_frame(zstd_, bytes.first(*size), room_for(content_size));
  if (!frame) return give_up(*size + content_size);
  add({.coded = {at_, at_ + *size},
       .decoded_size = content_size,
       .is_keepable = true,
       .kind = frame->kind,
       .checksum = frame->checksum});
  return true;
}

// Takes a zstd frame of any size, with or without checksum and content size.
Result<bool> FrameWalk::take_stream() {
  if (!stream_) stream_.emplace();
  stream_->reset();
  const MutableByteSpan content = room_for(FileWindow::kSize);
  std::uint64_t decoded = 0;
  for (std::uint64_t at = at_; at < source_.size();) {
    const ByteSpan bytes = ZVFS_TRY(window_.rest(at, 1));
    for (ByteSpan left = bytes; !left.empty();) {
      const auto step = stream_->decode(left, content);
      if (!step || step->read + step->written == 0) return give_up(at - at_ + decoded + kAttempt);
      left = left.subspan(step->read);
      decoded += step->written;
      if (!step->at_end) continue;
      const std::uint64_t end = at + bytes.size() - left.size();
      if (decoded > 0) add({.coded = {at_, end}, .decoded_size = decoded});
      at_ = end;
      return true;
    }
    at += bytes.size();
    if (position_ != nullptr) *position_ = at;
  }
  return give_up(source_.size() - at_ + decoded + kAttempt);
}

// Steps to the next place where a frame may begin; false if there is none.
Result<bool> FrameWalk::skip_to_frame() {
  if (effort_left_ == 0) return false;
  for (++at_; at_ < source_.size();) {
    const ByteSpan bytes = ZVFS_TRY(window_.rest(at_, kMagicSize));
    if (const auto begin = find_frame(bytes)) {
      at_ += *begin;
      return true;
    }
    if (bytes.size() < kMagicSize) break;
    at_ += bytes.size() - (kMagicSize - 1);
    if (position_ != nullptr) *position_ = at_;
  }
  return false;
}

// Charges the effort that it took to find out that no frame begins here. Always returns false.
bool FrameWalk::give_up(std::uint64_t effort) {
  effort_left_ -= std::min(effort_left_, effort);
  return false;
}

// Only grows, since clearing memory takes longer than decoding a tiny frame.
MutableByteSpan FrameWalk::room_for(std::uint64_t size) {
  if (content_.size() < size) content_.resize(size);
  return MutableByteSpan(content_).first(size);
}

void FrameWalk::add(const FoundFrame& frame) {
  found_.frames.push_back(frame);
  found_.frames.back().follows_gap = std::exchange(after_gap_, false);
  at_ = frame.coded.end;
}

}  // namespace zvfs
