#include "tree/source_facts.h"

#include <algorithm>
#include <cassert>
#include <map>
#include <string>
#include <utility>

#include "tree/tree.h"

namespace zvfs {

namespace {

using Numbers = std::vector<std::uint32_t>;  // new ones, by old ones less 1; 0 means none

// Keeps the rows of inodes with a new number.
template <typename Row>
void renumber_rows(GrowArray<Row>& rows, const Numbers& numbers) {
  std::size_t count = 0;
  for (Row row : rows) {
    row.inode.value = numbers[row.inode.value - 1];
    if (row.inode.value != 0) rows[count++] = row;
  }
  rows.truncate(count);
}

void renumber_keys(std::map<InodeNumber, std::string>& map, const Numbers& numbers) {
  std::map<InodeNumber, std::string> renumbered;
  for (auto& [inode, text] : map) {
    const InodeNumber number{numbers[inode.value - 1]};
    if (number.value != 0) renumbered.emplace(number, std::move(text));
  }
  map = std::move(renumbered);
}

std::uint32_t hash_of(Timestamp time) {
  constexpr std::uint64_t kNanoseconds = 1'000'000'000;
  constexpr std::uint64_t kGoldenRatio = 0x9E37'79B9'7F4A'7C15;
  const std::uint64_t count =
      static_cast<std::uint64_t>(time.seconds) * kNanoseconds + time.nanoseconds;
  const auto hash = static_cast<std::uint32_t>(count * kGoldenRatio >> 32);
  return hash == 0 ? 1 : hash;
}

}  // namespace

SourceFacts::SourceFacts(const Tree& tree) : tree_(tree) {}

SourceFacts::~SourceFacts() = default;

void SourceFacts::keep_mtime(InodeNumber inode, Timestamp mtime) {
  assert(inode.value == tree_.inodes().size());
  mtimes_.push_back({inode, mtime});
}

Timestamp SourceFacts::mtime(InodeNumber inode) const {
  const auto found = std::ranges::lower_bound(mtimes_, inode, {}, &Mtime::inode);
  if (found != mtimes_.end() && found->inode == inode) return found->mtime;
  return tree_.inode(inode).mtime();
}

void SourceFacts::keep_ctime(InodeNumber inode, Timestamp ctime) {
  keep_ctime_hash(inode, hash_of(ctime));
}

void SourceFacts::keep_ctime(InodeNumber inode, const SourceFacts& other, InodeNumber inode_there) {
  keep_ctime_hash(inode, other.ctime_hash(inode_there));
}

void SourceFacts::keep_ctime_hash(InodeNumber inode, std::uint32_t hash) {
  assert(inode.value == tree_.inodes().size());
  while (ctimes_.size() + 1 < inode.value) ctimes_.push_back(0);
  ctimes_.push_back(hash);
}

std::uint32_t SourceFacts::ctime_hash(InodeNumber inode) const {
  return inode.value <= ctimes_.size() ? ctimes_[inode.value - 1] : 0;
}

void SourceFacts::forget_ctime(InodeNumber inode) {
  if (inode.value <= ctimes_.size()) ctimes_[inode.value - 1] = 0;
}

bool SourceFacts::may_have_ctime(InodeNumber inode, Timestamp ctime) const {
  const std::uint32_t known = ctime_hash(inode);
  return known == 0 || known == hash_of(ctime);
}

void SourceFacts::keep_scanned_link(InodeNumber inode, Link link) {
  assert(inode.value == tree_.inodes().size());
  scanned_links_.push_back({inode, link});
}

Link SourceFacts::scanned_link(Link link) const {
  if (scanned_ == nullptr) return link;
  const InodeNumber inode = tree_.inode_of(link);
  const auto found = std::ranges::lower_bound(scanned_links_, inode, {}, &ScannedLink::inode);
  assert(found != scanned_links_.end() && found->inode == inode);
  return found->link;
}

void SourceFacts::set_scanned(std::unique_ptr<const Tree> scanned) {
  scanned_ = std::move(scanned);
}

void SourceFacts::renumber(const Numbers& numbers) {
  std::size_t ctimes = 0;
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    if (numbers[i] == 0) continue;
    if (places_.archive) places_.archive->begins[numbers[i] - 1] = places_.archive->begins[i];
    if (i < ctimes_.size()) ctimes_[ctimes++] = ctimes_[i];
  }
  ctimes_.truncate(ctimes);
  renumber_rows(mtimes_, numbers);
  renumber_rows(scanned_links_, numbers);
  renumber_keys(places_.directories, numbers);
  renumber_keys(places_.files, numbers);
}

}  // namespace zvfs
