#pragma once

#include "base/bytes.h"
#include "base/result.h"
#include "base/warnings.h"
#include "mkimage/frames/frame_plan.h"
#include "mkimage/frames/verified_copies.h"
#include "mkimage/scan/file_reader.h"
#include "tree/member_describer.h"
#include "tree/tree.h"

namespace zvfs {

/// Makes the content of planned frames: headers from the tree, data from its files. Not
/// thread-safe: use one per thread.
class FrameBuilder {
 public:
  /// Borrows all.
  FrameBuilder(const Tree& tree, int root_fd, Warnings& warnings, VerifiedCopies& verified);

  /// Sets `content` to the content of the planned frame.
  void build(const FramePlan& plan, ByteVector& content);

 private:
  void build_piece(const FramePiece& piece, MutableByteSpan out);
  void compare_copy(const FramePiece& piece, std::size_t begin, ByteSpan frame);

  const Tree& tree_;
  MemberDescriber describer_;
  FileReader reader_;
  VerifiedCopies& verified_;
  ByteVector headers_;
};

}  // namespace zvfs
