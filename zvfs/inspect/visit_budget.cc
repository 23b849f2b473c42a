#include "zvfs/inspect/visit_budget.h"

namespace zvfs {
namespace {

// What honest images stay far below.
constexpr std::uint64_t kMaxSharing = 16;
constexpr std::uint64_t kFreeVisits = 1 << 20;

}  // namespace

VisitBudget::VisitBudget(const IndexHeader& header)
    : left_(kFreeVisits + kMaxSharing * (header.table(Table::kExtents).rows + header.frame_count +
                                         inode_count(header))),
      all_(left_),
      finished_(inode_count(header)) {}

Result<void> VisitBudget::charge(InodeNumber file, std::uint64_t visits) {
  if (finished_.contains(file.value - 1)) return {};
  if (visits > left_) {
    return fail(ErrorCode::kCorrupt, "files share their data, and take more than {} frames", all_);
  }
  left_ -= visits;
  return {};
}

}  // namespace zvfs
