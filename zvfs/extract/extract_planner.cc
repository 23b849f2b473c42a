#include "zvfs/extract/extract_planner.h"

#include <algorithm>
#include <iterator>
#include <span>
#include <utility>

#include "format/memory_limit.h"
#include "zvfs/extract/piecewise_file.h"

namespace zvfs {
namespace {

// Counted in files and runs of data. Each takes some 200 bytes, the largest batch 25 MiB.
constexpr std::size_t kFirstBatch = 1024;
constexpr std::size_t kLargestBatch = std::size_t{128} << 10;

// Less where memory is limited: one batch is made, one waits, and one is processed.
std::size_t affordable_batch() {
  constexpr std::uint64_t kBytesOfThree = 3 * 200;
  const std::uint64_t memory = affordable_memory(kLargestBatch * kBytesOfThree, memory_limit());
  return std::clamp<std::uint64_t>(memory / kBytesOfThree, kFirstBatch, kLargestBatch);
}
// A file with more runs is read and written by one thread.
constexpr std::size_t kMaxRunsOfFile = std::size_t{64} << 10;

std::uint64_t piece_count(std::span<const DataRun> runs) {
  std::uint64_t pieces = 0;
  for (const DataRun& run : runs) pieces += std::uint64_t{run.last.value} - run.first.value + 1;
  return pieces;
}

}  // namespace

ExtractPlanner::ExtractPlanner(const Image& image, OutputTree& output, ExtractReport& report,
                               Sink sink)
    : image_(image),
      output_(output),
      report_(report),
      sink_(std::move(sink)),
      cursor_(image.raw().index()),
      batch_limit_(kFirstBatch),
      largest_batch_(affordable_batch()),
      batch_(std::make_unique<ExtractBatch>()) {}

Result<Descend> ExtractPlanner::enter(const WalkEntry& entry) {
  if (stopped_ || report_.stopped()) return fail(ErrorCode::kIo, "stopped");
  if (entry.inode.record.is_directory()) return enter_directory(entry);
  if (!make_levels()) return Descend::kNot;
  add(entry);
  const std::size_t work = batch_->items.size() + batch_->links.size() + batch_->runs.size();
  if (work >= batch_limit_) hand_over();
  return Descend::kNot;
}

// --- Directories

Result<Descend> ExtractPlanner::enter_directory(const WalkEntry& entry) {
  const bool is_top = levels_.empty();
  levels_.push_back({.name = std::string(entry.name), .inode = entry.inode});
  if (is_top) levels_.back().made = output_.top();
  if (entry.reason == WalkEntry::Reason::kOnTheWay) return Descend::kMatches;
  if (is_top) output_.restore_top_as(levels_.back().made, entry.inode);
  if (make_levels()) return Descend::kAll;
  levels_.pop_back();
  return Descend::kNot;
}

Result<void> ExtractPlanner::leave() {
  levels_.pop_back();
  return {};
}

// Makes the missing directories down to the current one. False if one of them cannot be made.
bool ExtractPlanner::make_levels() {
  auto level = std::find_if(levels_.rbegin(), levels_.rend(), [](const Level& l) {
                 return l.made || l.is_unmakable;
               }).base();
  if (std::prev(level)->is_unmakable) return false;
  for (; level != levels_.end(); ++level) {
    const DirectoryRef& parent = std::prev(level)->made;
    auto made = output_.make_directory({parent, level->name}, level->inode);
    if (!made) {
      level->is_unmakable = true;
      // A path takes as many steps as it has names: it is made only to be told.
      const std::string path = OutputName{parent, level->name}.path();
      report_.lost(path, std::move(made).error().within("not restored, with its contents"));
      return false;
    }
    level->made = *std::move(made);
  }
  return true;
}

Result<void> ExtractPlanner::lost(std::string_view path, Error error) {
  report_.lost(path.empty() ? "." : path, error);
  return {};
}

// --- Files

void ExtractPlanner::add(const WalkEntry& entry) {
  const Inode& inode = entry.inode;
  OutputName where{levels_.back().made, std::string(entry.name)};
  if (inode.record.nlink < 2) return add_item(std::move(where), inode, nullptr);
  const auto found = linked_files_.find(inode.number.value);
  if (found == linked_files_.end()) {
    auto first_name = std::make_shared<FirstName>(where);
    linked_files_.insert({inode.number.value, {first_name, inode.record.nlink - 1}});
    return add_item(std::move(where), inode, std::move(first_name));
  }
  batch_->links.push_back({std::move(where), found->second.first_name});
  if (--found->second.names_left == 0) linked_files_.erase(found);
}

void ExtractPlanner::add_item(OutputName where, const Inode& inode,
                              std::shared_ptr<FirstName> first_name) {
  const auto number = static_cast<std::uint32_t>(batch_->items.size());
  const std::size_t first_run = batch_->runs.size();
  if (inode.record.is_regular()) {
    if (const auto added = add_runs(number, inode); !added) {
      batch_->runs.resize(first_run);
      return report_.lost(where.path(), added.error());
    }
    report_.bytes_planned += inode.record.size;
  }
  batch_->items.push_back({std::move(where), inode, std::move(first_name)});
  const std::uint64_t pieces = piece_count(std::span(batch_->runs).subspan(first_run));
  if (pieces == 0) batch_->whole_items.push_back(number);
  if (pieces > 1) batch_->items.back().piecewise = std::make_unique<PiecewiseFile>(pieces);
}

Result<void> ExtractPlanner::add_runs(std::uint32_t item, const Inode& inode) {
  const std::size_t first_run = batch_->runs.size();
  FileSegment segment;
  for (std::uint64_t offset = 0; offset < inode.record.size;) {
    segment = ZVFS_TRY(image_.segment_at(inode, offset, segment.next_extent));
    offset = segment.end;
    if (!segment.is_data) continue;
    if (batch_->runs.size() - first_run == kMaxRunsOfFile) {
      batch_->runs.resize(first_run);
      return {};
    }
    DataRun run = ZVFS_TRY(locate(segment));
    run.item = item;
    batch_->runs.push_back(run);
  }
  return {};
}

Result<DataRun> ExtractPlanner::locate(const FileSegment& segment) {
  const std::uint64_t length = segment.end - segment.begin;
  const FrameSpan frames = ZVFS_TRY(
      image_.raw().frame_table().span(cursor_, segment.stream, length, segment.first_frame));
  return DataRun{.item = 0,
                 .first = frames.first,
                 .last = frames.last,
                 .begin = segment.stream,
                 .length = length,
                 .file_offset = segment.begin};
}

// --- Batches

void ExtractPlanner::hand_over() {
  std::ranges::sort(batch_->runs, {},
                    [](const DataRun& run) { return std::pair(run.first, run.begin); });
  stopped_ = !sink_(std::exchange(batch_, std::make_unique<ExtractBatch>()));
  batch_limit_ = std::min(batch_limit_ * 2, largest_batch_);
}

void ExtractPlanner::finish() {
  levels_.clear();
  if (!stopped_) hand_over();
  report_.all_planned = true;
}

}  // namespace zvfs
