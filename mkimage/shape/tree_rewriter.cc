#include "mkimage/shape/tree_rewriter.h"

#include <algorithm>
#include <utility>

#include "base/path_names.h"
#include "mkimage/shape/pseudo_applier.h"

namespace zvfs {
using Severity = Warning::Severity;

TreeRewriter::TreeRewriter(std::unique_ptr<const Tree> scanned, const EntryRules& rules,
                           Warnings& warnings)
    : scanned_(std::move(scanned)),
      rules_(rules),
      warnings_(warnings),
      time_(scanned_->inode(kRootInode).mtime()),
      numbers_(scanned_->inodes().size()),
      xattr_sets_(scanned_->xattrs().sets().size()) {}

Result<std::unique_ptr<Tree>> TreeRewriter::shape() {
  ZVFS_TRY(copy_source());
  numbers_ = {};
  ZVFS_TRY(PseudoApplier(*tree_, names_, rules_, warnings_, time_).apply());
  ZVFS_TRY(names_.move_to(*tree_));
  tree_->finish();
  tree_->source().set_scanned(std::move(scanned_));
  return std::move(tree_);
}

Result<void> TreeRewriter::copy_source() {
  replace_record(kRootInode, rules_.made_up_directory(time_));
  const Row base = ZVFS_TRY(make_prefix());
  if (rules_.shape.strip_components == 0) {
    const InodeRecord root = ZVFS_TRY(copy_record(scanned_->inode(kRootInode)));
    replace_record(names_.inode(base), root);
  }
  for (const InodeNumber directory : bases()) ZVFS_TRY(copy_below(directory, base));
  if (replaced_ > 0) {
    warnings_.report(
        Severity::kNote, ".",
        fmt::format("{} replaced by others with the same path",
                    replaced_ == 1 ? "1 file was" : fmt::format("{} files were", replaced_)));
  }
  return {};
}

// The directory that the source goes into.
Result<TreeRewriter::Row> TreeRewriter::make_prefix() {
  Row row = NameTable::kRoot;
  std::string_view rest = rules_.shape.prefix;
  for (std::string_view name = take_first_name(rest); !name.empty(); name = take_first_name(rest)) {
    const InodeNumber number = ZVFS_TRY(tree_->add_inode(rules_.made_up_directory(time_)));
    row = ZVFS_TRY(names_.add(row, name, number));
  }
  return row;
}

// The directories of the source whose own names are stripped, but not those of their entries; in
// path order.
std::vector<InodeNumber> TreeRewriter::bases() const {
  std::vector<InodeNumber> level = {kRootInode};
  for (std::uint32_t depth = 0; depth < rules_.shape.strip_components && !level.empty(); ++depth) {
    std::vector<InodeNumber> next;
    for (const InodeNumber directory : level) {
      const InodeRecord& record = scanned_->inode(directory);
      for (const DentryRecord& dentry : scanned_->dentries().subspan(record.data, record.count)) {
        const InodeNumber child{dentry.inode};
        if (scanned_->inode(child).is_directory()) next.push_back(child);
      }
    }
    level = std::move(next);
  }
  return level;
}

// Copies the contents of a directory of the source to that of `row`.
Result<void> TreeRewriter::copy_below(InodeNumber directory, Row row) {
  std::vector<std::pair<InodeNumber, Row>> pending = {{directory, row}};
  while (!pending.empty()) {
    const auto [from, to] = pending.back();
    pending.pop_back();
    const InodeRecord& record = scanned_->inode(from);
    const std::size_t first = pending.size();
    for (std::uint32_t i = 0; i < record.count; ++i) {
      const Link link{from, static_cast<std::uint32_t>(record.data + i)};
      const InodeNumber child = scanned_->inode_of(link);
      if (scanned_->inode(child).is_directory()) {
        pending.emplace_back(child, ZVFS_TRY(add_directory(to, scanned_->name_of(link), child)));
      } else {
        ZVFS_TRY(add_other(to, link));
      }
    }
    std::reverse(pending.begin() + static_cast<std::ptrdiff_t>(first), pending.end());
  }
  return {};
}

Result<TreeRewriter::Row> TreeRewriter::add_directory(Row parent, std::string_view name,
                                                      InodeNumber directory) {
  const InodeRecord record = ZVFS_TRY(copy_record(scanned_->inode(directory)));
  const auto known = names_.find(parent, name);
  if (known && tree_->inode(names_.inode(*known)).is_directory()) {
    replace_record(names_.inode(*known), record);
    return *known;
  }
  const InodeNumber number = ZVFS_TRY(tree_->add_inode(record));
  if (!known) return names_.add(parent, name, number);
  ++replaced_;
  names_.set_inode(*known, number);
  return *known;
}

Result<void> TreeRewriter::add_other(Row parent, Link link) {
  const std::string_view name = scanned_->name_of(link);
  const auto known = names_.find(parent, name);
  if (known && tree_->inode(names_.inode(*known)).is_directory()) {
    warnings_.report(Severity::kChanged, scanned_->path_of(link),
                     "left out: a directory has the same path");
    return {};
  }
  const InodeNumber number = ZVFS_TRY(copy_inode(link));
  if (known) {
    ++replaced_;
    names_.set_inode(*known, number);
    return {};
  }
  ZVFS_TRY(names_.add(parent, name, number));
  return {};
}

Result<InodeNumber> TreeRewriter::copy_inode(Link link) {
  const InodeNumber old = scanned_->inode_of(link);
  const InodeRecord& record = scanned_->inode(old);
  std::uint32_t& known = numbers_[old.value - 1];
  if (known != 0) return InodeNumber{known};
  const InodeRecord copy = ZVFS_TRY(copy_record(record));
  const InodeNumber number = ZVFS_TRY(tree_->add_inode(copy));
  known = number.value;
  if (record.is_regular()) {
    SourceFacts& source = tree_->source();
    source.keep_scanned_link(number, link);
    const Timestamp mtime = scanned_->source().mtime(old);
    if (mtime != record.mtime()) source.keep_mtime(number, mtime);
    source.keep_ctime(number, scanned_->source(), old);
  }
  return number;
}

// Copies a record of the scanned tree to this tree, with what it refers to.
Result<InodeRecord> TreeRewriter::copy_record(const InodeRecord& record) {
  InodeRecord copy = record;
  if (record.xattr_set != 0) {
    std::uint32_t& set = xattr_sets_[record.xattr_set - 1];
    if (set == 0) set = ZVFS_TRY(tree_->xattrs().add(scanned_->xattrs().get(record.xattr_set)));
    copy.xattr_set = set;
  }
  if (record.is_directory()) {
    copy.size = copy.data = copy.count = 0;
  } else if (record.is_symlink()) {
    copy.data = tree_->add_string(scanned_->symlink_target(record));
  } else if (record.has_extent_list()) {
    copy.data = tree_->extents().size();
    for (const ExtentRecord& extent : scanned_->extents_of(record)) tree_->add_extent(extent);
  }
  return copy;
}

// Replaces the record of a directory that has no entries in the tree yet.
void TreeRewriter::replace_record(InodeNumber number, InodeRecord record) {
  InodeRecord& old = tree_->inode(number);
  record.nlink = 2;
  record.parent = old.parent;
  old = record;
}

}  // namespace zvfs
