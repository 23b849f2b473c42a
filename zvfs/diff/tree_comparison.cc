#include "zvfs/diff/tree_comparison.h"

#include <algorithm>
#include <utility>

#include "base/quoting.h"
#include "tar/posix_acl.h"
#include "tree/tree.h"
#include "zvfs/walk/selected_walk.h"

namespace zvfs {
namespace {

bool is_same_type(const InodeRecord& a, const InodeRecord& b) { return a.type() == b.type(); }

// The entries that the mode does not express.
std::vector<AclEntry> named_entries(const XattrSet& xattrs, std::string_view name) {
  const Xattr* const found = find_xattr(xattrs, name);
  if (found == nullptr) return {};
  std::vector<AclEntry> acl = parse_acl(found->value);
  if (name == kDefaultAclName) return acl;
  std::erase_if(acl, [](const AclEntry& entry) {
    return entry.tag == AclEntry::kUserObject || entry.tag == AclEntry::kMask ||
           entry.tag == AclEntry::kOther;
  });
  return acl;
}

bool acls_differ(const XattrSet& a, const XattrSet& b) {
  return named_entries(a, kAccessAclName) != named_entries(b, kAccessAclName) ||
         named_entries(a, kDefaultAclName) != named_entries(b, kDefaultAclName);
}

std::vector<Xattr> without_acls(const XattrSet& xattrs) {
  std::vector<Xattr> kept = xattrs.xattrs();
  std::erase_if(kept, [](const Xattr& xattr) { return is_acl_name(xattr.name); });
  return kept;
}

}  // namespace

// Steps through the names of a directory, holding a few at a time.
class TreeComparison::NameCursor {
 public:
  NameCursor(ComparableTree& tree, InodeNumber directory) : tree_(&tree), directory_(directory) {}

  // The next name, or null at the end. Errors: Corrupt (out of order), and those of the tree. No
  // names follow an error.
  Result<const ComparableTree::Name*> peek() {
    if (next_ < names_.size()) return &names_[next_];
    if (at_end_) return nullptr;
    auto names = tree_->names(directory_, row_);
    at_end_ = !names || names->empty();
    next_ = 0;
    names_ = names ? *std::move(names) : std::vector<ComparableTree::Name>();
    row_ += static_cast<std::uint32_t>(names_.size());
    if (!names) return Unexpected(std::move(names).error());
    if (names_.empty()) return nullptr;
    ZVFS_TRY(check_order());
    last_ = names_.back().name;
    return names_.data();
  }
  void advance() { ++next_; }
  [[nodiscard]] InodeNumber directory() const { return directory_; }

 private:
  Result<void> check_order() {
    const bool ascends = (last_.empty() || last_ < names_.front().name) &&
                         std::ranges::adjacent_find(names_, std::ranges::greater_equal{},
                                                    &ComparableTree::Name::name) == names_.end();
    if (ascends) return {};
    at_end_ = true;
    names_.clear();
    return fail(ErrorCode::kCorrupt, "its entries are out of order");
  }

  ComparableTree* tree_;
  InodeNumber directory_;
  std::uint32_t row_ = 0;  // of the names not yet in `names_`
  std::vector<ComparableTree::Name> names_;
  std::size_t next_ = 0;
  std::string last_;
  bool at_end_ = false;
};

struct TreeComparison::Level {
  std::optional<NameCursor> old_names;
  std::optional<NameCursor> new_names;
  std::size_t path_size = 0;
  std::optional<Side> deleted = {};  // the directory itself, reported after its contents
};

TreeComparison::TreeComparison(ComparableTree& old_tree, ComparableTree& new_tree,
                               const Listener& listener, const TreeWarning& warning)
    : old_(old_tree),
      new_(new_tree),
      listener_(listener),
      warning_(warning),
      contents_(old_tree, new_tree) {}

TreeComparison::~TreeComparison() = default;

Result<void> TreeComparison::run() {
  const Side old_root{kRootInode, kRootInode, ZVFS_TRY(old_.inode(kRootInode))};
  const Side new_root{kRootInode, kRootInode, ZVFS_TRY(new_.inode(kRootInode))};
  visit("", old_root, new_root);
  while (!levels_.empty() && !stopped_) step(levels_.back());
  if (of_system_) return Unexpected(*of_system_);
  return {};
}

// Compares the next name of a directory, or leaves it.
void TreeComparison::step(Level& level) {
  path_.resize(level.path_size);
  const auto peek = [&](std::optional<NameCursor>& names) -> const ComparableTree::Name* {
    if (!names) return nullptr;
    const auto next = names->peek();
    if (next) return *next;
    report(next.error());
    return nullptr;
  };
  const ComparableTree::Name* const old_name = peek(level.old_names);
  const ComparableTree::Name* const new_name = peek(level.new_names);
  if (old_name == nullptr && new_name == nullptr) {
    if (level.deleted) tell({path_, Difference::Change::kDeleted, level.deleted->record});
    levels_.pop_back();
    return;
  }
  const bool is_old =
      new_name == nullptr || (old_name != nullptr && old_name->name <= new_name->name);
  const bool is_new =
      old_name == nullptr || (new_name != nullptr && new_name->name <= old_name->name);
  const std::string name = is_old ? old_name->name : new_name->name;
  if (!path_.empty()) path_ += '/';
  path_ += name;
  std::optional<Side> old_side;
  std::optional<Side> new_side;
  if (is_old) old_side = side_of(old_, level.old_names->directory(), old_name->inode);
  if (is_new) new_side = side_of(new_, level.new_names->directory(), new_name->inode);
  if (is_old) level.old_names->advance();
  if (is_new) level.new_names->advance();
  // An entry that cannot be read causes a warning, and is not a difference.
  if (is_old == old_side.has_value() && is_new == new_side.has_value()) {
    visit(name, old_side, new_side);
  }
}

std::optional<TreeComparison::Side> TreeComparison::side_of(ComparableTree& tree,
                                                            InodeNumber directory,
                                                            InodeNumber number) {
  const auto record = tree.inode(number);
  if (record) return Side{number, directory, *record};
  report(record.error());
  return std::nullopt;
}

void TreeComparison::visit(const std::string& name, const std::optional<Side>& old_side,
                           const std::optional<Side>& new_side) {
  const bool is_both = old_side && new_side && is_same_type(old_side->record, new_side->record);
  if (is_both) {
    compare_both(name, *old_side, *new_side);
  } else if (new_side) {
    add(*new_side);
  } else if (!old_side->record.is_directory()) {
    tell({path_, Difference::Change::kDeleted, old_side->record});
  }
  if (!stopped_) descend(old_side, new_side);
}

void TreeComparison::descend(const std::optional<Side>& old_side,
                             const std::optional<Side>& new_side) {
  Level level{.old_names = {}, .new_names = {}, .path_size = path_.size()};
  if (is_new_directory(old_side, old_directories_)) level.old_names.emplace(old_, old_side->number);
  if (is_new_directory(new_side, new_directories_)) level.new_names.emplace(new_, new_side->number);
  if (!level.old_names && !level.new_names) return;
  if (levels_.size() == SelectedWalk::kMaxDepth) {
    return report({ErrorCode::kCorrupt,
                   fmt::format("nested deeper than {} directories", SelectedWalk::kMaxDepth)});
  }
  if (path_.size() > SelectedWalk::kMaxPathSize) {
    return report({ErrorCode::kCorrupt, fmt::format("its path of {} bytes exceeds {}", path_.size(),
                                                    SelectedWalk::kMaxPathSize)});
  }
  if (!new_side) level.deleted = old_side;
  levels_.push_back(std::move(level));
}

bool TreeComparison::is_new_directory(const std::optional<Side>& side,
                                      std::unordered_set<std::uint32_t>& met) {
  if (!side || !side->record.is_directory()) return false;
  if (met.insert(side->number.value).second) return true;
  report(
      {ErrorCode::kCorrupt, fmt::format("directory inode {} appears twice", side->number.value)});
  return false;
}

void TreeComparison::add(const Side& side) {
  Difference difference{path_, Difference::Change::kAdded, side.record};
  if (side.record.is_symlink()) {
    if (auto target = new_.symlink_target(side.number); target) {
      difference.link_target = *std::move(target);
    } else {
      report(target.error());
    }
  }
  if (!side.record.is_directory() && side.record.nlink > 1) {
    const FirstName first = first_name(new_links_, side, {});
    if (first.path) {
      difference.is_linked = true;
      difference.link_target = new_links_.paths.path(*first.path);
    }
  }
  tell(difference);
}

void TreeComparison::compare_both(const std::string& name, const Side& old_side,
                                  const Side& new_side) {
  Difference difference{path_, Difference::Change::kChanged, new_side.record};
  compare_links(old_side, new_side, difference);
  if (auto compared = compare_data(name, old_side, new_side, difference); !compared) {
    report(compared.error());
  }
  if (auto compared = compare_attributes(old_side, new_side, difference); !compared) {
    report(compared.error());
  }
  const bool is_told = difference.content || difference.has_attributes() ||
                       difference.change != Difference::Change::kChanged;
  if (is_told) tell(difference);
}

Result<void> TreeComparison::compare_data(const std::string& name, const Side& old_side,
                                          const Side& new_side, Difference& difference) {
  const InodeRecord& old_record = old_side.record;
  const InodeRecord& new_record = new_side.record;
  if (new_record.is_device()) difference.content = old_record.data != new_record.data;
  if (new_record.is_symlink()) {
    std::string target = ZVFS_TRY(new_.symlink_target(new_side.number));
    difference.content = target != ZVFS_TRY(old_.symlink_target(old_side.number));
    difference.link_target = std::move(target);
  }
  if (!new_record.is_regular()) return {};
  difference.size = old_record.size != new_record.size;
  if (difference.size || new_record.size == 0) {
    difference.content = difference.size;
  } else if (!difference.is_linked) {  // the content was compared at the file's first name
    const auto old_content = ZVFS_TRY(old_.open(old_side.number, old_side.directory, name));
    const auto new_content = ZVFS_TRY(new_.open(new_side.number, new_side.directory, name));
    difference.content = ZVFS_TRY(contents_.differs(*old_content, *new_content, new_record.size));
  }
  if (difference.is_linked) difference.content = false;
  return {};
}

Result<void> TreeComparison::compare_attributes(const Side& old_side, const Side& new_side,
                                                Difference& difference) {
  const InodeRecord& old_record = old_side.record;
  const InodeRecord& new_record = new_side.record;
  difference.mtime = old_record.mtime() != new_record.mtime();
  difference.mode = old_record.mode != new_record.mode;
  difference.owner = old_record.uid != new_record.uid;
  difference.group = old_record.gid != new_record.gid;
  if (old_record.xattr_set == 0 && new_record.xattr_set == 0) return {};
  const XattrSet old_xattrs = ZVFS_TRY(old_.xattrs(old_side.number));
  const XattrSet new_xattrs = ZVFS_TRY(new_.xattrs(new_side.number));
  difference.acl = acls_differ(old_xattrs, new_xattrs);
  difference.xattrs = without_acls(old_xattrs) != without_acls(new_xattrs);
  return {};
}

// The first name of a file with several, if this is another one; `other` is the inode of this name
// in the other tree, or 0.
TreeComparison::FirstName TreeComparison::first_name(FirstNames& names, const Side& side,
                                                     InodeNumber other) {
  if (side.record.nlink < 2) return {};
  const auto known = names.by_inode.find(side.number.value);
  if (known != names.by_inode.end()) {
    const FirstName found = known->second;
    if (found.other.value == 0 && other.value != 0) {
      if (const auto path = remember_path(names)) known->second = {path, other};
    }
    return found;
  }
  if (const auto path = remember_path(names)) {
    names.by_inode.emplace(side.number.value, FirstName{path, other});
  }
  return {};
}

std::optional<PathStore::Number> TreeComparison::remember_path(FirstNames& names) {
  const auto number = names.paths.add(path_);
  if (number) return *number;
  report(number.error());
  return std::nullopt;
}

// Sets `change`, `is_linked` and `link_target`.
void TreeComparison::compare_links(const Side& old_side, const Side& new_side,
                                   Difference& difference) {
  if (new_side.record.is_directory()) return;
  const FirstName old_first = first_name(old_links_, old_side, new_side.number);
  const FirstName new_first = first_name(new_links_, new_side, old_side.number);
  difference.is_linked = new_first.path.has_value();
  if (difference.is_linked && new_first.other != old_side.number) {
    difference.change = Difference::Change::kLinked;
    difference.link_target = new_links_.paths.path(*new_first.path);
  } else if (old_first.other.value != 0 && old_first.other != new_side.number) {
    difference.change = Difference::Change::kUnlinked;
    difference.link_target = old_links_.paths.path(*old_first.path);
  }
}

void TreeComparison::tell(const Difference& difference) {
  if (!listener_(difference)) stopped_ = true;
}

void TreeComparison::report(const Error& error) {
  const std::string_view path = path_.empty() ? "." : std::string_view(path_);
  if (is_of_system(error)) {
    of_system_ = Error(error).within(quote_name(path));
    stopped_ = true;
  } else {
    warning_(path, error.message);
  }
}

}  // namespace zvfs
