#include "zvfs/repair/image_rebuild.h"

#include <algorithm>

#include "mkimage/frames/image_finish.h"
#include "tar/tar_member.h"
#include "tree/file_locator.h"
#include "trust/sha256.h"
#include "zvfs/repair/directory_restore.h"

namespace zvfs {

ImageRebuild::ImageRebuild(const Setup& setup, ImageWriter& writer)
    : setup_(setup),
      writer_(writer),
      content_(setup.source),
      encoder_(setup.encoder),
      indexer_(tree_, setup.warnings) {}

Result<void> ImageRebuild::run(std::span<const FoundFrame> frames, BuildReport& report) {
  for (const FoundFrame& frame : frames) {
    if (setup_.position != nullptr) *setup_.position = frame.coded.begin;
    ZVFS_TRY(take_frame(frame));
  }
  if (indexer_.members() == 0) return fail(ErrorCode::kCorrupt, "no file can be saved");
  if (!setup_.plan.is_whole) {
    ZVFS_TRY(flush());
    ZVFS_TRY(append(ByteVector(kTarEndSize)));
  }
  ZVFS_TRY(flush());
  return finish(report);
}

Result<void> ImageRebuild::take_frame(const FoundFrame& frame) {
  const FoundRange content{at_, at_ + frame.decoded_size};
  at_ = content.end;
  const auto& kept = setup_.plan.kept;
  while (next_kept_ < kept.size() && kept[next_kept_].end <= content.begin) ++next_kept_;
  if (next_kept_ == kept.size() || kept[next_kept_].begin >= content.end) return {};
  ZVFS_TRY(content_.open(frame));
  const bool is_kept_whole =
      kept[next_kept_].begin <= content.begin && content.end <= kept[next_kept_].end;
  if (is_kept_whole && frame.is_keepable && frame.decoded_size <= setup_.frame_bound) {
    return copy(frame);
  }
  for (FoundRange piece{content.begin, content.begin}; piece.end < content.end;) {
    const ByteSpan bytes = ZVFS_TRY(content_.next());
    piece = {piece.end, piece.end + bytes.size()};
    ZVFS_TRY(encode_kept(piece, bytes));
  }
  return {};
}

Result<void> ImageRebuild::copy(const FoundFrame& frame) {
  ZVFS_TRY(flush());
  const ByteSpan bytes = ZVFS_TRY(content_.next());
  ZVFS_TRY(index(bytes));
  ++copied_;
  return write(frame, content_.coded());
}

// Encodes the kept part of the bytes of `piece`.
Result<void> ImageRebuild::encode_kept(FoundRange piece, ByteSpan bytes) {
  for (std::size_t i = next_kept_; i < setup_.plan.kept.size(); ++i) {
    const FoundRange& kept = setup_.plan.kept[i];
    if (kept.begin >= piece.end) break;
    const std::uint64_t begin = std::max(kept.begin, piece.begin);
    const std::uint64_t end = std::min(kept.end, piece.end);
    if (begin < end) ZVFS_TRY(append(bytes.subspan(begin - piece.begin, end - begin)));
  }
  return {};
}

Result<void> ImageRebuild::append(ByteSpan bytes) {
  ZVFS_TRY(index(bytes));
  while (!bytes.empty()) {
    const std::size_t size = std::min(bytes.size(), setup_.piece_size - pending_.size());
    pending_.insert(pending_.end(), bytes.begin(),
                    bytes.begin() + static_cast<std::ptrdiff_t>(size));
    bytes = bytes.subspan(size);
    if (pending_.size() == setup_.piece_size) ZVFS_TRY(flush());
  }
  return {};
}

Result<void> ImageRebuild::flush() {
  if (pending_.empty()) return {};
  const EncodedFrame encoded = ZVFS_TRY(encoder_.encode(pending_));
  FoundFrame frame;
  frame.decoded_size = pending_.size();
  frame.kind = encoded.kind;
  frame.checksum = encoded.checksum;
  pending_.clear();
  return write(frame, encoded.bytes);
}

Result<void> ImageRebuild::write(const FoundFrame& what, ByteSpan coded) {
  if (writer_.frames().size() == kMaxFrames - 1) {
    return fail(ErrorCode::kTooLarge, "more than {} frames", kMaxFrames - 1);
  }
  const auto decoded_size = static_cast<std::uint32_t>(what.decoded_size);
  largest_ = std::max(largest_, decoded_size);
  CodedFrame frame;
  frame.number = {static_cast<std::uint32_t>(writer_.frames().size())};
  frame.stream_offset = {writer_.stream_size()};
  frame.decoded_size = decoded_size;
  frame.checksum = what.checksum;
  frame.kind = what.kind;
  frame.bytes.assign(coded.begin(), coded.end());
  if (writer_.wants_digests()) frame.digest = Sha256::of(coded);
  return writer_.write(frame);
}

Result<void> ImageRebuild::finish(BuildReport& report) {
  ZVFS_TRY(indexer_.finish());
  if (setup_.index != nullptr) {
    ZVFS_TRY(restore_directories(*setup_.index, tree_, setup_.plan.paths));
  }
  locate_files(tree_, indexer_.files(), writer_.frames());
  report.count(tree_);
  const std::uint32_t compat =
      setup_.compat | (has_a_member_each() ? 0 : IndexHeader::kForeignStream);
  return finish_image(writer_, tree_, indexer_.files(),
                      {.encoder = setup_.encoder, .frame_bound = largest_, .compat = compat},
                      report);
}

// Whether every name has a member, and only one, as in what mkimage makes of a directory.
bool ImageRebuild::has_a_member_each() const {
  for (std::uint32_t number = 1; number <= tree_.inodes().size(); ++number) {
    if (indexer_.is_made_up({number})) return false;
  }
  return indexer_.members() == tree_.dentries().size() + 1;
}

Result<void> ImageRebuild::index(ByteSpan bytes) {
  while (!bytes.empty()) bytes = bytes.subspan(ZVFS_TRY(indexer_.take(bytes)).size);
  return {};
}

}  // namespace zvfs
