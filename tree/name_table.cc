#include "tree/name_table.h"

#include <algorithm>
#include <array>
#include <cassert>
#include <cstring>
#include <limits>
#include <random>
#include <span>
#include <utility>

#include "codecs/checksum.h"

namespace zvfs {
namespace {

constexpr std::size_t kFirstSlots = 1024;

// The rows of each directory, directory by directory, in the order of the rows.
struct Children {
  std::vector<std::uint32_t> begin;  // by directory row, and the end of the last
  std::vector<std::uint32_t> rows;
};

}  // namespace

NameTable::NameTable() : slots_(kFirstSlots), slot_mask_(kFirstSlots - 1) {
  std::random_device random;
  key_ = std::uint64_t{random()} << 32 | random();
  rows_.push_back({0, kRootInode, 0});
  has_entries_.push_back(false);
}

std::string_view NameTable::name_of(std::uint32_t row) const {
  const std::uint64_t name = rows_[row].name;
  return {names_.begin() + (name >> 8), name & 0xFF};
}

std::uint64_t NameTable::hash(std::uint32_t directory, std::string_view name) const {
  std::array<std::byte, sizeof key_ + sizeof directory + kMaxNameLength> bytes;
  std::memcpy(bytes.data(), &key_, sizeof key_);
  std::memcpy(bytes.data() + sizeof key_, &directory, sizeof directory);
  std::memcpy(bytes.data() + sizeof key_ + sizeof directory, name.data(), name.size());
  return xxh64(ByteSpan(bytes).first(sizeof key_ + sizeof directory + name.size()));
}

std::optional<NameTable::Row> NameTable::find(Row directory, std::string_view name) const {
  if (name.size() > kMaxNameLength) return std::nullopt;
  for (std::size_t slot = hash(directory.value, name) & slot_mask_; slots_[slot] != 0;
       slot = (slot + 1) & slot_mask_) {
    const std::uint32_t row = slots_[slot];
    if (rows_[row].parent == directory.value && name_of(row) == name) return Row{row};
  }
  return std::nullopt;
}

Result<NameTable::Row> NameTable::add(Row directory, std::string_view name, InodeNumber inode) {
  assert(!name.empty() && name.size() <= kMaxNameLength);
  if (rows_.size() == std::numeric_limits<std::uint32_t>::max()) {
    return fail(ErrorCode::kTooLarge, "more than {} names", rows_.size());
  }
  const auto row = static_cast<std::uint32_t>(rows_.size());
  rows_.push_back({directory.value, inode, std::uint64_t{names_.size()} << 8 | name.size()});
  has_entries_.push_back(false);
  has_entries_[directory.value] = true;
  names_.append(name);
  if (rows_.size() > slots_.size() / 4 * 3) {
    grow();
  } else {
    insert(row);
  }
  return Row{row};
}

void NameTable::insert(std::uint32_t row) {
  std::size_t slot = hash(rows_[row].parent, name_of(row)) & slot_mask_;
  while (slots_[slot] != 0) slot = (slot + 1) & slot_mask_;
  slots_[slot] = row;
}

void NameTable::grow() {
  const std::size_t size = slots_.size() * 2;
  slots_ = {};  // the old slots are not held together with the new ones
  slots_.resize(size);
  slot_mask_ = size - 1;
  for (std::uint32_t row = 1; row < rows_.size(); ++row) insert(row);
}

Result<std::vector<std::uint32_t>> NameTable::move_to(Tree& tree) {
  slots_ = {};
  std::vector<std::uint32_t> numbers = keep_named_inodes(tree);
  ZVFS_TRY(add_entries(tree));
  rows_ = {};
  names_ = {};
  return numbers;
}

std::vector<std::uint32_t> NameTable::keep_named_inodes(Tree& tree) {
  std::vector<bool> named(tree.inodes().size());
  for (const Entry& entry : rows_) named[entry.inode.value - 1] = true;
  if (std::ranges::find(named, false) == named.end()) return {};
  std::vector<std::uint32_t> numbers = tree.keep_inodes(named);
  for (Entry& entry : rows_) entry.inode.value = numbers[entry.inode.value - 1];
  return numbers;
}

Result<void> NameTable::add_entries(Tree& tree) const {
  Children children;
  children.begin.resize(rows_.size() + 1);
  for (std::uint32_t row = 1; row < rows_.size(); ++row) ++children.begin[rows_[row].parent];
  std::uint32_t end = 0;
  for (std::uint32_t& begin : children.begin) begin = end += begin;
  children.rows.resize(end);
  for (auto row = static_cast<std::uint32_t>(rows_.size()); --row > 0;) {
    children.rows[--children.begin[rows_[row].parent]] = row;
  }
  std::vector<std::uint32_t> pending = {kRoot.value};
  while (!pending.empty()) {
    const std::uint32_t directory = pending.back();
    pending.pop_back();
    const std::span<std::uint32_t> names(children.rows.data() + children.begin[directory],
                                         children.rows.data() + children.begin[directory + 1]);
    std::ranges::sort(names, {}, [this](std::uint32_t row) { return name_of(row); });
    for (const std::uint32_t row : names) {
      ZVFS_TRY(tree.add_entry(rows_[directory].inode, name_of(row), rows_[row].inode));
    }
    for (auto row = names.rbegin(); row != names.rend(); ++row) {
      if (tree.inode(rows_[*row].inode).is_directory()) pending.push_back(*row);
    }
  }
  return {};
}

}  // namespace zvfs
