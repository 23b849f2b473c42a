#include "mkimage/frames/frame_builder.h"

#include <algorithm>
#include <cassert>

#include "tar/tar_header.h"

namespace zvfs {

FrameBuilder::FrameBuilder(const Tree& tree, int root_fd, Warnings& warnings,
                           VerifiedCopies& verified)
    : tree_(tree), describer_(tree), reader_(tree, root_fd, warnings), verified_(verified) {}

void FrameBuilder::build(const FramePlan& plan, ByteVector& content) {
  content.resize(plan.size);
  const MutableByteSpan frame(content);
  if (plan.pieces.empty()) std::ranges::fill(frame, std::byte{0});  // the end of the archive
  std::size_t done = 0;
  for (const FramePiece& piece : plan.pieces) {
    build_piece(piece, frame.subspan(done, piece.size()));
    if (piece.original_data != FramePiece::kNoOriginal) compare_copy(piece, done, frame);
    done += piece.size();
  }
}

// Compares the bytes in the stream, since either file may have changed meanwhile.
void FrameBuilder::compare_copy(const FramePiece& piece, std::size_t begin, ByteSpan frame) {
  const ByteSpan original = frame.subspan(piece.original_data, piece.data_length);
  const ByteSpan copy = frame.subspan(begin + piece.header_length, piece.data_length);
  if (!std::ranges::equal(original, copy)) verified_.note_difference(tree_.inode_of(piece.link));
}

void FrameBuilder::build_piece(const FramePiece& piece, MutableByteSpan out) {
  if (piece.header_length > 0) {
    headers_.clear();
    append_tar_header(describer_.describe(piece.link), headers_);
    assert(piece.header_offset + piece.header_length <= headers_.size());
    std::ranges::copy(ByteSpan(headers_).subspan(piece.header_offset, piece.header_length),
                      out.begin());
  }
  const MutableByteSpan data = out.subspan(piece.header_length, piece.data_length);
  if (!data.empty()) reader_.read(piece.link, piece.data_offset, data);
  std::ranges::fill(out.last(piece.padding), std::byte{0});
}

}  // namespace zvfs
