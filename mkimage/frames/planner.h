#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "base/grow_array.h"
#include "base/result.h"
#include "mkimage/frames/frame_bounds.h"
#include "mkimage/frames/frame_plan.h"
#include "mkimage/frames/verified_copies.h"
#include "mkimage/order/front_files.h"
#include "mkimage/order/member_order.h"
#include "mkimage/report/report.h"
#include "tree/member_describer.h"
#include "tree/tree.h"

namespace zvfs {

/// Cuts a tree's tar stream into frames, one after another, and notes in the tree's inodes and
/// extents where their data lies. The frames depend only on the tree and the bounds:
///
/// - Small files are packed, header and data together, in the order of MemberOrder. Only when both
///   exceed the bound is the data in the frame after the headers.
/// - A small file and its copies share a frame if they fit in one; so do files that FrontFiles
///   keeps together.
/// - A larger file's data begins a frame. Its last piece, unless it is full, begins a frame of
///   small files.
/// - The frames of listed files hold no other files. A larger listed file that is not huge is cut
///   where a frame is full.
/// - The end-of-archive mark is a frame of its own, the last one.
///
/// Not thread-safe. While it runs, other threads may read the tree, but data fields only of files
/// in plans already made.
class Planner {
 public:
  /// Borrows the tree, which must be finished. Front files that have copies are of at most
  /// bounds.small.
  Planner(Tree& tree, const FrameBounds& bounds, FrontFiles front = FrontFiles());

  /// Makes the next frame's plan in `plan`, reusing its memory; false after the last frame.
  /// Errors: TooLarge (more frames than the format can hold).
  Result<bool> next(FramePlan& plan);

  /// After the last frame: the inodes of the files whose data begins in each frame, in order.
  [[nodiscard]] std::span<const std::uint32_t> frame_files() const { return files_.span(); }

  /// After the last frame: makes the index point copies at their original's data if both lie in one
  /// frame and the bytes there are equal.
  CopyCounts share_copies(const VerifiedCopies& verified);

 private:
  // A file with copies, and where its data was placed; or one of those copies, if it went into
  // another frame than the one before it.
  struct Original {
    InodeNumber inode;
    FrameNumber frame;
    std::uint32_t offset = 0;  // of the data in the frame
  };
  struct Copy {
    InodeNumber inode;
    InodeNumber original;
  };

  // The member being placed.
  struct Member {
    Link link;
    std::uint64_t header_size = 0;
    std::uint64_t data_size = 0;
    std::size_t copies = 0;  // number of those that follow it
    bool is_copy = false;    // whether it is a copy of the last one that had some
    bool listed = false;
    std::uint32_t together = 0;  // how much from its header on should lie in one frame
    std::uint64_t header_placed = 0;
    std::uint64_t data_placed = 0;

    [[nodiscard]] std::uint64_t header_left() const { return header_size - header_placed; }
    [[nodiscard]] std::uint64_t data_left() const { return data_size - data_placed; }
  };

  void fill(FramePlan& plan);
  bool start_member();
  [[nodiscard]] bool belongs_in(const FramePlan& plan) const;
  void place_headers(FramePlan& plan);
  bool place_data(FramePlan& plan);
  void note_data(const FramePlan& plan);
  std::uint32_t find_original(const FramePlan& plan);
  [[nodiscard]] std::uint32_t room_in(const FramePlan& plan) const;
  // Whether the member is cut into pieces of cut() bytes, each in a frame of its own, unless the
  // member is poured.
  [[nodiscard]] bool is_cut() const { return member_.data_size > bounds_.small; }
  // Whether its data fills up frames that it shares with others.
  [[nodiscard]] bool is_poured() const {
    return member_.listed && is_cut() && member_.data_size <= FrameBounds::kHugeFile;
  }
  [[nodiscard]] std::uint64_t next_piece(const FramePlan& plan) const;
  [[nodiscard]] std::uint32_t cut() const { return bounds_.cut(member_.data_size); }

  Tree& tree_;
  const FrameBounds bounds_;
  const FrontFiles front_;
  MemberOrder order_;
  bool in_listed_frame_ = false;  // whether the frame being filled holds listed files
  MemberDescriber describer_;
  Member member_;
  Original original_;
  std::vector<Copy> copies_;
  GrowArray<std::uint32_t> files_;
  std::uint32_t frame_count_ = 0;
  std::uint64_t stream_size_ = 0;
  bool ended_ = false;
};

}  // namespace zvfs
