#pragma once

#include <memory>

#include "base/bytes.h"
#include "base/result.h"
#include "mkimage/copy_verdicts.h"
#include "mkimage/file_reader.h"
#include "mkimage/frame_plan.h"
#include "mkimage/member_describer.h"
#include "mkimage/tree.h"
#include "mkimage/troubles.h"

namespace zvfs {

/// Makes the content of planned frames: headers from the tree, data from its files. Reuses its
/// buffer. Not thread-safe: one for each thread.
class FrameBuilder {
 public:
  /// Borrows all. `frame_bound` is the largest size that a plan may have.
  FrameBuilder(const Tree& tree, int root_fd, std::uint32_t frame_bound, Troubles& troubles,
               CopyVerdicts& verdicts);

  /// The content of the frame, which is valid until the next call.
  ByteSpan build(const FramePlan& plan);

 private:
  void build_piece(const FramePiece& piece, MutableByteSpan out);
  void compare_copy(const FramePiece& piece, std::size_t begin, ByteSpan frame);

  const Tree& tree_;
  MemberDescriber describer_;
  FileReader reader_;
  CopyVerdicts& verdicts_;
  std::unique_ptr<std::byte[]> buffer_;
  ByteVector headers_;
};

}  // namespace zvfs
