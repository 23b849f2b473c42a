#include "zvfs/walk/selected_walk.h"

#include <algorithm>
#include <utility>

namespace zvfs {
namespace {

// Entries to read ahead in a directory; fewer far down, where many directories hold such entries.
std::size_t batch_size(std::size_t depth) {
  constexpr std::size_t kBatch = 512;
  return std::max<std::size_t>(kBatch >> std::min<std::size_t>(depth / 16, 9), 1);
}

WalkEntry::Reason reason_of(Selection::Match match, bool all) {
  switch (match) {
    case Selection::Match::kName:
      return WalkEntry::Reason::kName;
    case Selection::Match::kGlob:
      return WalkEntry::Reason::kGlob;
    default:
      return all ? WalkEntry::Reason::kBelow : WalkEntry::Reason::kOnTheWay;
  }
}

template <typename... Args>
Error corrupt(fmt::format_string<Args...> format, Args&&... args) {
  return {ErrorCode::kCorrupt, fmt::format(format, std::forward<Args>(args)...)};
}

}  // namespace

Result<void> SelectedWalk::run() {
  const Inode root = ZVFS_TRY(image_.inode(kRootInode));
  Selection::Positions positions;
  const Selection::Match match = selection_.start(positions);
  ZVFS_TRY(visit(root, match, std::move(positions), 0));
  while (!levels_.empty()) {
    Level& level = levels_.back();
    path_.resize(level.path_size);
    if (level.next_child < level.children.size()) {
      ZVFS_TRY(visit_child());
    } else if (!is_at_end(level)) {
      ZVFS_TRY(refill(level));
    } else {
      levels_.pop_back();
      ZVFS_TRY(visitor_.leave());
    }
  }
  return {};
}

bool SelectedWalk::is_at_end(const Level& level) const {
  return level.by_name || is_over_ || level.next_row == level.directory.record.count;
}

Result<void> SelectedWalk::visit_child() {
  Level& level = levels_.back();
  const Child child = std::move(level.children[level.next_child++]);
  Selection::Positions next;
  // Needed even if everything is wanted: an operand that names something in here has matched.
  const Selection::Match match = selection_.advance(level.positions, child.name, next);
  if (match == Selection::Match::kNone && !level.all) return {};
  if (!path_.empty()) path_ += '/';
  const std::size_t name_begin = path_.size();
  path_ += child.name;
  auto inode = image_.inode(child.inode);
  if (!inode) return visitor_.lost(path_, std::move(inode).error());
  return visit(*inode, match, std::move(next), name_begin);
}

Result<void> SelectedWalk::visit(const Inode& inode, Selection::Match match,
                                 Selection::Positions positions, std::size_t name_begin) {
  const Level* const parent = levels_.empty() ? nullptr : &levels_.back();
  const bool all = parent != nullptr && parent->all;
  const bool on_the_way = !all && match == Selection::Match::kOnTheWay;
  if (on_the_way && !inode.record.is_directory()) return {};
  if (inode.record.is_directory() && !directories_.insert(inode.number.value).second) {
    return visitor_.lost(path_, corrupt("directory inode {} appears twice", inode.number.value));
  }
  const bool is_last =
      parent != nullptr && parent->next_child == parent->children.size() && is_at_end(*parent);
  const std::string_view path = path_;
  const Descend descend = ZVFS_TRY(
      visitor_.enter({path, path.substr(name_begin), inode, reason_of(match, all), is_last}));
  if (!inode.record.is_directory() || descend == Descend::kNot) return {};
  return descend_into(inode, descend == Descend::kAll, std::move(positions));
}

Result<void> SelectedWalk::descend_into(const Inode& directory, bool all,
                                        Selection::Positions positions) {
  if (levels_.size() == kMaxDepth || path_.size() > kMaxPathSize) {
    ZVFS_TRY(visitor_.lost(
        path_, levels_.size() == kMaxDepth
                   ? corrupt("nested deeper than {} directories", kMaxDepth)
                   : corrupt("its path of {} bytes exceeds {}", path_.size(), kMaxPathSize)));
    return visitor_.leave();
  }
  Level level{.directory = directory, .positions = std::move(positions)};
  level.all = all;
  level.by_name = !all && !selection_.needs_listing(level.positions);
  level.path_size = path_.size();
  if (level.by_name) ZVFS_TRY(look_up_names(level));
  levels_.push_back(std::move(level));
  return {};
}

// A row that cannot be read is skipped, and reported once per directory.
Result<void> SelectedWalk::refill(Level& level) {
  constexpr std::uint32_t kMaxFailures = 4096;  // consecutive ones: more than an index frame holds
  level.children.clear();
  level.next_child = 0;
  const std::size_t wanted = batch_size(levels_.size());
  Result<void> listed = image_.list(level.directory, level.next_row, [&](const Dentry& dentry) {
    ++level.next_row;
    level.failures = 0;
    level.children.push_back({std::string(dentry.name), dentry.inode});
    return level.children.size() < wanted;
  });
  entries_ += level.children.size();
  if (entries_ > image_.raw().index().rows(Table::kDentries)) return end_listing(level);
  if (listed) return {};
  level.next_row =
      ++level.failures > kMaxFailures ? level.directory.record.count : level.next_row + 1;
  if (std::exchange(level.told, true)) return {};
  return visitor_.lost(path_, std::move(listed).error().within("its entries"));
}

// Every entry belongs to one directory. Where many directories have the same entries, the walk
// could go on for the square of their number.
Result<void> SelectedWalk::end_listing(Level& level) {
  level.children.clear();
  is_over_ = true;
  return visitor_.lost(path_, corrupt("its entries are those of other directories, too"));
}

// A missing name is not an error: its pattern stays unmatched.
Result<void> SelectedWalk::look_up_names(Level& level) {
  for (std::string& name : selection_.names(level.positions)) {
    auto number = image_.lookup(level.directory, name);
    if (number) {
      level.children.push_back({std::move(name), *number});
    } else if (number.error().code != ErrorCode::kNotFound) {
      const std::string path = path_.empty() ? name : path_ + "/" + name;
      ZVFS_TRY(visitor_.lost(path, std::move(number).error()));
    }
  }
  return {};
}

}  // namespace zvfs
