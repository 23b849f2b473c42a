#include "zvfs/inspect/map_encoding.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "zvfs/inspect/image_info.h"

namespace zvfs {
namespace {

enum Tag : std::uint8_t { kFile, kFileWithoutData, kRest, kDirectory };

void append_number(std::uint64_t number, std::string& out) {
  for (; number >= 0x80; number >>= 7) out += static_cast<char>(number | 0x80);
  out += static_cast<char>(number);
}

void append_difference(std::int64_t difference, std::string& out) {
  const auto doubled = static_cast<std::uint64_t>(difference) << 1;
  append_number(difference < 0 ? ~doubled : doubled, out);
}

void append_tag(const MapNode& node, std::string& out) {
  switch (node.kind) {
    case MapNode::Kind::kFile:
      return append_number(node.has_data ? kFile : kFileWithoutData, out);
    case MapNode::Kind::kRest:
      append_number(kRest, out);
      return append_number(node.members, out);
    case MapNode::Kind::kDirectory:
      return append_number(kDirectory + std::uint64_t{node.members}, out);
  }
}

}  // namespace

std::string encode_map_nodes(std::span<const MapNode> nodes) {
  std::string out;
  std::int64_t last_frame = 0;
  for (const MapNode& node : nodes) {
    append_tag(node, out);
    append_number(node.name.size(), out);
    out += node.name;
    if (node.kind == MapNode::Kind::kDirectory) continue;
    append_number(node.size, out);
    append_number(static_cast<std::uint64_t>(std::llround(node.coded_bytes)), out);
    if (!node.has_data && node.kind == MapNode::Kind::kFile) continue;
    append_difference(node.first_frame.value - last_frame, out);
    append_number(node.last_frame.value - node.first_frame.value, out);
    last_frame = node.first_frame.value;
  }
  return out;
}

Result<std::string> encode_map_frames(const Image& image, std::uint32_t frames_per_cell) {
  std::string out;
  IndexReader::Cursor cursor(image.raw().index());
  const std::uint32_t count = image.header().frame_count;
  for (std::uint32_t number = 0; number < count;) {
    const std::uint32_t end = number + std::min(frames_per_cell, count - number);
    std::array<std::uint64_t, kFrameKindCount> coded_bytes{};
    FrameTotals totals;
    for (; number < end; ++number) {
      const DataFrame frame = ZVFS_TRY(image.raw().frame_table().frame(cursor, {number}));
      coded_bytes[static_cast<std::size_t>(frame.location.kind)] += frame.location.coded_size;
      totals.add(frame);
    }
    const auto kind = std::ranges::max_element(coded_bytes) - coded_bytes.begin();
    append_number(static_cast<std::uint64_t>(kind), out);
    append_number(totals.coded_bytes, out);
    append_number(totals.decoded_bytes, out);
  }
  return out;
}

std::uint32_t choose_frames_per_cell(std::uint32_t frames) {
  constexpr std::uint32_t kMaxCells = 32'768;
  return std::max((frames + kMaxCells - 1) / kMaxCells, 1U);
}

}  // namespace zvfs
