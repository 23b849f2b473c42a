#include "zvfs/check/dentry_check.h"

#include "format/records.h"
#include "zvfs/check/table_scan.h"

namespace zvfs {

DentryCheck::DentryCheck(const CheckContext& context, InodeStates& states)
    : context_(context),
      image_(context.image),
      states_(states),
      inodes_(image_.index()),
      strings_(image_.index()),
      owned_(image_.index().rows(Table::kDentries)) {}

void DentryCheck::run() {
  for (std::uint32_t i = 1; i <= states_.size(); ++i) {
    if (states_.of({i}).is_directory()) check_directory({i});
  }
  if (!context_.index_is_whole) return;  // a missing row would look like a missing name
  TableScan<InodeRecord> rows(image_, Table::kInodes);
  while (rows.next()) {
    check_links({static_cast<std::uint32_t>(rows.row() + 1)}, rows.record());
  }
  check_unowned_dentries();
  states_.edit(kRootInode).set(State::kReached);
  for (std::uint32_t i = 2; i <= states_.size(); ++i) {
    if (states_.of({i}).is_directory()) check_reachable({i});
  }
}

void DentryCheck::check_directory(InodeNumber number) {
  const auto directory = inodes_.row<InodeRecord>(Table::kInodes, number.value - 1);
  if (!directory || !own_dentries(number, *directory)) return;
  Sums sums;
  last_name_.clear();
  TableScan<DentryRecord> rows(image_, Table::kDentries, directory->data,
                               directory->data + directory->count);
  while (rows.next()) {
    if (!rows.is_canonical()) {
      context_.problems.add("dentry {}: its zero field is not zero", rows.row());
    }
    if (const auto sane = check_dentry(number, rows.record(), sums); !sane) {
      context_.problems.add("dentry {} (directory {}): {}", rows.row(), number.value,
                            sane.error().message);
    }
  }
  if (rows.has_gaps()) return;
  if (directory->size != sums.size) {
    context_.problems.add("inode {}: size {} is not {}, the sum over its {} dentries", number.value,
                          directory->size, sums.size, directory->count);
  }
  if (directory->nlink != sums.subdirectories + 2) {
    context_.problems.add("inode {}: {} links are not 2 plus its {} subdirectories", number.value,
                          directory->nlink, sums.subdirectories);
  }
}

// Marks the dentries of a directory. False if they cannot be checked: another directory has one of
// them, or they exceed the table (which InodeCheck reports).
bool DentryCheck::own_dentries(InodeNumber number, const InodeRecord& directory) {
  if (directory.data > owned_.size() || directory.count > owned_.size() - directory.data) {
    return false;
  }
  for (std::uint64_t row = directory.data; row < directory.data + directory.count; ++row) {
    if (!owned_.insert(row)) {
      context_.problems.add("dentry {}: belongs to directory {} and another", row, number.value);
      return false;
    }
  }
  return true;
}

Result<void> DentryCheck::check_dentry(InodeNumber directory, const DentryRecord& dentry,
                                       Sums& sums) {
  const InodeNumber child{dentry.inode};
  sums.size += 16 + std::uint64_t{dentry.name_length};
  if (dentry.type == FileType::kDirectory) ++sums.subdirectories;
  if (!states_.contains(child)) {
    return fail(ErrorCode::kCorrupt, "inode {} is not from 1 to {}", dentry.inode, states_.size());
  }
  const State state = states_.of(child);
  if (state.is_directory()) {
    const std::uint32_t named_in = states_.named_in(child);
    if (named_in != 0 || child == kRootInode) {
      return fail(ErrorCode::kCorrupt, "directory {} already has a name in {}", child.value,
                  named_in);
    }
    states_.set_named_in(child, directory);
  } else if (state.is_read()) {
    states_.add_name(child);
  }
  if (state.is_read() && state.type() != dentry.type) {
    return fail(ErrorCode::kCorrupt, "type {} is not inode {}'s type {}",
                static_cast<unsigned>(dentry.type), child.value,
                static_cast<unsigned>(state.type()));
  }
  return check_name(dentry);
}

Result<void> DentryCheck::check_name(const DentryRecord& dentry) {
  if (dentry.name_length == 0 || dentry.name_length > kMaxNameLength) {
    return fail(ErrorCode::kCorrupt, "name of {} bytes is not 1 to {}", dentry.name_length,
                kMaxNameLength);
  }
  const std::uint64_t size = image_.index().rows(Table::kStrings);
  if (dentry.name_offset > size || dentry.name_length > size - dentry.name_offset) {
    return fail(ErrorCode::kCorrupt, "name of {} bytes at {} exceeds the {} bytes of strings",
                dentry.name_length, dentry.name_offset, size);
  }
  const auto bytes = strings_.bytes(Table::kStrings, dentry.name_offset, dentry.name_length);
  if (!bytes) return {};  // a damaged index frame, which was reported
  const std::string_view name = as_text(*bytes);
  if (!is_valid_name(name)) {
    return fail(ErrorCode::kCorrupt, "its name is '.' or '..', or contains '/' or a zero byte");
  }
  const bool ascends = last_name_ < name;
  last_name_ = name;
  if (!ascends) return fail(ErrorCode::kCorrupt, "its name does not sort after the previous one");
  return {};
}

void DentryCheck::check_links(InodeNumber number, const InodeRecord& inode) {
  const State state = states_.of(number);
  if (!state.is_read() || number == kRootInode) {
    if (number == kRootInode && inode.parent != kRootInode.value) {
      context_.problems.add("inode 1: the root's parent is {}, not 1", inode.parent);
    }
    return;
  }
  if (!state.is_directory()) {
    if (states_.names(number) != inode.nlink) {
      context_.problems.add("inode {}: {} links, but {} names", number.value, inode.nlink,
                            states_.names(number));
    }
    return;
  }
  const std::uint32_t named_in = states_.named_in(number);
  if (named_in == 0) {
    context_.problems.add("inode {}: directory has no name", number.value);
  } else if (named_in != inode.parent) {
    context_.problems.add("inode {}: parent {} is not {}, which holds its name", number.value,
                          inode.parent, named_in);
  }
}

void DentryCheck::check_unowned_dentries() const {
  for (std::uint64_t row = 0; row < owned_.size(); ++row) {
    if (owned_.contains(row)) continue;
    const std::uint64_t first = row;
    while (row < owned_.size() && !owned_.contains(row)) ++row;
    context_.problems.add("dentries {} to {}: in no directory", first, row - 1);
  }
}

// Walks up from a directory to one that is known to be reachable. A directory without a name was
// reported, so only a cycle remains to be found.
void DentryCheck::check_reachable(InodeNumber number) {
  path_.clear();
  InodeNumber at = number;
  while (at.value != 0 && !states_.of(at).is(State::kReached) &&
         !states_.of(at).is(State::kOnPath)) {
    states_.edit(at).set(State::kOnPath);
    path_.push_back(at);
    at = {states_.named_in(at)};
  }
  if (at.value != 0 && states_.of(at).is(State::kOnPath)) {
    context_.problems.add("inode {}: is its own ancestor, not below the root", at.value);
  }
  for (const InodeNumber walked : path_) {
    states_.edit(walked).clear(State::kOnPath);
    states_.edit(walked).set(State::kReached);  // or reported: either way, done
  }
}

}  // namespace zvfs
