#include "mkimage/frames/planner.h"

#include <algorithm>
#include <optional>

#include "mkimage/frames/frame_number.h"
#include "tar/tar_header.h"

namespace zvfs {

Planner::Planner(Tree& tree, const FrameBounds& bounds, FrontFiles front)
    : tree_(tree),
      bounds_(bounds),
      front_(std::move(front)),
      order_(tree, front_),
      describer_(tree) {}

Result<bool> Planner::next(FramePlan& plan) {
  plan.pieces.clear();
  plan.begin = StreamOffset{stream_size_};
  plan.size = 0;
  plan.first_file = static_cast<std::uint32_t>(files_.size());
  if (ended_) return false;
  plan.number = ZVFS_TRY(next_frame_number(frame_count_));
  fill(plan);
  if (plan.size == 0) {
    plan.size = kTarEndSize;
    ended_ = true;
  }
  stream_size_ += plan.size;
  ++frame_count_;
  return true;
}

void Planner::fill(FramePlan& plan) {
  while (member_.header_left() > 0 || member_.data_left() > 0 || start_member()) {
    if (!belongs_in(plan)) return;
    if (member_.header_left() > 0) {
      place_headers(plan);
    } else if (!place_data(plan)) {
      return;
    }
  }
}

// Takes the next member to place; false after the last one.
bool Planner::start_member() {
  std::optional<MemberOrder::Item> item = order_.next();
  while (item && tree_.inode(tree_.inode_of(item->link)).is_socket()) item = order_.next();
  if (!item) return false;

  const Link link = item->link;
  const InodeNumber number = tree_.inode_of(link);
  const InodeRecord& inode = tree_.inode(number);
  if (!inode.is_directory() && inode.nlink > 1) {
    if (!tree_.first_link(number)) tree_.set_first_link(number, link);
  }
  const TarMember& tar_member = describer_.describe(link);
  member_ = {.link = link,
             .header_size = tar_header_size(tar_member),
             .data_size = tar_member.size,
             .copies = item->copies,
             .is_copy = item->is_copy,
             .listed = item->listed,
             .together = item->together};
  return true;
}

// Whether the member's next part, headers or data, goes into this frame.
bool Planner::belongs_in(const FramePlan& plan) const {
  if (plan.size == 0) return true;
  if (in_listed_frame_ && !member_.listed) return false;
  const std::uint64_t data = tar_padded(member_.data_size);
  if (member_.header_left() == 0) {
    if (is_poured()) return room_in(plan) > 0;
    return !is_cut() && data <= room_in(plan);
  }
  const std::uint64_t whole = member_.header_size + data;
  if (whole > bounds_.small) return member_.header_left() <= room_in(plan);
  const std::uint64_t with_others =
      std::max<std::uint64_t>(whole * (1 + member_.copies), member_.together);
  return (with_others <= bounds_.small ? with_others : whole) <= room_in(plan);
}

void Planner::place_headers(FramePlan& plan) {
  const auto length =
      static_cast<std::uint32_t>(std::min<std::uint64_t>(member_.header_left(), room_in(plan)));
  plan.pieces.push_back(
      {.link = member_.link, .header_offset = member_.header_placed, .header_length = length});
  plan.size += length;
  in_listed_frame_ = member_.listed;
  member_.header_placed += length;
}

// False when nothing more belongs in the frame.
bool Planner::place_data(FramePlan& plan) {
  if (member_.data_placed == 0) note_data(plan);
  const std::uint64_t left = member_.data_left();
  const auto length = static_cast<std::uint32_t>(next_piece(plan));
  if (plan.pieces.empty() || plan.pieces.back().link != member_.link) {
    plan.pieces.push_back({.link = member_.link});
  }
  FramePiece& piece = plan.pieces.back();
  if (member_.is_copy || member_.copies > 0) piece.original_data = find_original(plan);
  piece.data_offset = member_.data_placed;
  piece.data_length = length;
  piece.padding = length == left ? tar_padding(member_.data_size) : 0;
  plan.size += length + piece.padding;
  member_.data_placed += length;
  return length == left && (!is_cut() || is_poured() || length != cut());
}

// The size of the next piece of the member's data.
std::uint64_t Planner::next_piece(const FramePlan& plan) const {
  const std::uint64_t left = member_.data_left();
  if (!is_cut()) return left;
  return std::min<std::uint64_t>(left, is_poured() ? room_in(plan) : cut());
}

// Notes that the member's data begins at the end of what is planned.
void Planner::note_data(const FramePlan& plan) {
  const InodeNumber number = tree_.inode_of(member_.link);
  InodeRecord& inode = tree_.inode(number);
  files_.push_back(number.value);
  const std::uint64_t stream_offset = plan.begin.value + plan.size;
  if (!inode.has_extent_list()) {
    inode.data = stream_offset;
    inode.count = plan.number.value;
    return;
  }
  // The amount of data before an extent tells which frame the extent begins in.
  const std::uint64_t first_piece = next_piece(plan);
  const std::uint32_t others = is_poured() ? bounds_.small : cut();
  std::uint64_t preceding = 0;
  for (ExtentRecord& extent : tree_.extents_of(inode)) {
    extent.stream_offset = stream_offset + preceding;
    extent.frame = plan.number.value;
    if (preceding >= first_piece) {
      extent.frame += 1 + static_cast<std::uint32_t>((preceding - first_piece) / others);
    }
    preceding += extent.length;
  }
}

// Where in the frame the data lies that the member is a copy of. If there is none, the member is
// the original of the copies after it.
std::uint32_t Planner::find_original(const FramePlan& plan) {
  const InodeNumber number = tree_.inode_of(member_.link);
  if (member_.is_copy && original_.frame == plan.number) {
    copies_.push_back({number, original_.inode});
    return original_.offset;
  }
  original_ = {number, plan.number, plan.size};
  return FramePiece::kNoOriginal;
}

CopyCounts Planner::share_copies(const VerifiedCopies& verified) {
  CopyCounts shared;
  InodeNumber changed_group;
  for (const auto& [number, original] : copies_) {
    // The copies after one that differs keep their own data, too: so the frame files stay in the
    // order of their stream offsets.
    if (original == changed_group) continue;
    if (verified.differs(number)) {
      changed_group = original;
      continue;
    }
    InodeRecord& copy = tree_.inode(number);
    copy.data = tree_.inode(original).data;
    copy.count = tree_.inode(original).count;
    ++shared.files;
    shared.size += copy.size;
  }
  return shared;
}

std::uint32_t Planner::room_in(const FramePlan& plan) const {
  return plan.size >= bounds_.small ? 0 : bounds_.small - plan.size;
}

}  // namespace zvfs
