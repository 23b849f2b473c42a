#include "zvfs/inspect/map_tree.h"

#include <algorithm>

#include "base/quoting.h"

namespace zvfs {
namespace {

double choose_threshold(const IndexHeader& header, const MapLimits& limits) {
  const std::uint64_t names = header.table(Table::kDentries).rows;
  if (std::max<std::uint64_t>(inode_count(header), names) <= limits.all_files) return 0;
  return static_cast<double>(header.data_size) / limits.largest_files;
}

}  // namespace

MapTree::MapTree(const Image& image, const MapLimits& limits, Lost lost)
    : footprints_(image),
      lost_(std::move(lost)),
      threshold_(choose_threshold(image.header(), limits)) {}

Result<Descend> MapTree::enter(const WalkEntry& entry) {
  MapNode node;
  node.name = quote_name(entry.name);
  if (entry.inode.record.is_directory()) {
    node.kind = MapNode::Kind::kDirectory;
    if (!levels_.empty()) ++nodes_[levels_.back().node].members;
    levels_.push_back({.node = nodes_.size()});
    levels_.back().rest.kind = MapNode::Kind::kRest;
    nodes_.push_back(std::move(node));
    return Descend::kAll;
  }
  if (!entry.inode.record.is_regular()) return Descend::kNot;
  const auto footprint = footprints_.of(entry.inode);
  if (!footprint) {
    ZVFS_TRY(lost(entry.path, Error(footprint.error())));
    return Descend::kNot;
  }
  node.size = entry.inode.record.size;
  node.has_data = footprint->has_data;
  if (node.has_data) {
    const bool is_new = known_data_.insert(footprint->begin.value).second;
    node.coded_bytes = is_new ? footprint->coded_bytes : 0;
    node.first_frame = footprint->first_frame;
    node.last_frame = footprint->last_frame;
  }
  add_file(std::move(node));
  return Descend::kNot;
}

void MapTree::add_file(MapNode file) {
  Level& level = levels_.back();
  level.coded_bytes += file.coded_bytes;
  if (threshold_ > 0 && file.coded_bytes < threshold_) return merge(file, level.rest);
  ++nodes_[level.node].members;
  nodes_.push_back(std::move(file));
}

void MapTree::merge(const MapNode& from, MapNode& rest) {
  rest.members += from.kind == MapNode::Kind::kFile ? 1 : from.members;
  rest.size += from.size;
  rest.coded_bytes += from.coded_bytes;
  if (!from.has_data) return;
  rest.first_frame =
      rest.has_data ? std::min(rest.first_frame, from.first_frame) : from.first_frame;
  rest.last_frame = std::max(rest.last_frame, from.last_frame);
  rest.has_data = true;
}

Result<void> MapTree::leave() {
  Level level = std::move(levels_.back());
  levels_.pop_back();
  Level* const parent = levels_.empty() ? nullptr : &levels_.back();
  if (parent != nullptr) parent->coded_bytes += level.coded_bytes;
  if (parent != nullptr && level.coded_bytes < threshold_) {
    // Its contents were merged, since no part of it can reach the threshold.
    nodes_.resize(level.node);
    --nodes_[parent->node].members;
    merge(level.rest, parent->rest);
  } else if (level.rest.members > 0) {
    ++nodes_[level.node].members;
    nodes_.push_back(std::move(level.rest));
  }
  return {};
}

Result<void> MapTree::lost(std::string_view path, Error error) {
  lost_(path, error);
  return {};
}

}  // namespace zvfs
