#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/grow_array.h"
#include "base/result.h"
#include "base/timestamp.h"
#include "format/records.h"
#include "tree/link.h"
#include "tree/source_facts.h"
#include "tree/xattr_store.h"

namespace zvfs {

/// A scanned tree, held as the tables that the index will have: about 80 bytes for each file and
/// its name. The planner fills in where the data lies. Not thread-safe; threads may read it while
/// none changes it.
class Tree {
 public:
  /// A tree with only a root directory; the caller fills in its record.
  Tree();
  Tree(const Tree&) = delete;
  Tree& operator=(const Tree&) = delete;

  /// Adds an inode without a name. `record` has its type, its metadata, and its data as far as a
  /// scan knows it; add_entry() counts its links. Errors: TooLarge (above kMaxInodes).
  Result<InodeNumber> add_inode(const InodeRecord& record);

  /// Drops the inodes for which `kept` is false (by number less 1). No inode has a name yet, and
  /// the root is kept. Returns the new number of each, or 0, in the same order.
  std::vector<std::uint32_t> keep_inodes(const std::vector<bool>& kept);

  /// Adds a name for `inode` to `directory`, after all others. The entries of a directory must be
  /// added in a row, in the order of their names, and a directory has only one name.
  /// Errors: TooLarge (2^32 - 1 names or more).
  Result<void> add_entry(InodeNumber directory, std::string_view name, InodeNumber inode);

  /// Adds to the strings, as for a symlink's target, and returns its offset.
  std::uint64_t add_string(std::string_view text);

  void add_extent(const ExtentRecord& extent) { extents_.push_back(extent); }

  /// Makes files hard links of others: the names of inode i become names of `targets[i - 1]`, which
  /// must be its own target. Drops the inodes left without a name. Returns the new numbers of all
  /// inodes, by their old ones less 1, with 0 for those dropped. Call after finish().
  std::vector<std::uint32_t> link_files(const std::vector<InodeNumber>& targets);

  /// Call once, after all entries were added.
  void finish();

  [[nodiscard]] InodeRecord& inode(InodeNumber number) { return inodes_[number.value - 1]; }
  [[nodiscard]] const InodeRecord& inode(InodeNumber number) const {
    return inodes_[number.value - 1];
  }
  [[nodiscard]] InodeNumber inode_of(Link link) const;
  [[nodiscard]] std::string_view name_of(Link link) const;  ///< "" for the root.
  [[nodiscard]] std::string_view symlink_target(const InodeRecord& symlink) const;
  [[nodiscard]] std::span<ExtentRecord> extents_of(const InodeRecord& file);
  [[nodiscard]] std::span<const ExtentRecord> extents_of(const InodeRecord& file) const;

  /// The one name of a directory.
  [[nodiscard]] Link link_of(InodeNumber directory) const;

  /// Appends the path from the root, without a slash at either end; nothing for the root.
  void append_path(Link link, std::string& out) const;
  [[nodiscard]] std::string path_of(Link link) const;

  /// The name under which a file with several names is stored as a file; the others are links to
  /// it. The planner sets it when it meets the first; until then there is none.
  /// Precondition: the inode has more than one name, and finish() was called.
  [[nodiscard]] std::optional<Link> first_link(InodeNumber inode) const;
  void set_first_link(InodeNumber inode, Link link);

  [[nodiscard]] std::span<const InodeRecord> inodes() const { return inodes_.span(); }
  [[nodiscard]] std::span<const DentryRecord> dentries() const { return dentries_.span(); }
  [[nodiscard]] std::string_view strings() const {
    return {strings_.span().data(), strings_.size()};
  }
  [[nodiscard]] std::span<const ExtentRecord> extents() const { return extents_.span(); }
  [[nodiscard]] const XattrStore& xattrs() const { return xattrs_; }
  [[nodiscard]] XattrStore& xattrs() { return xattrs_; }

  /// What is known about the source of the files.
  [[nodiscard]] const SourceFacts& source() const { return source_; }
  [[nodiscard]] SourceFacts& source() { return source_; }

 private:
  struct DirectoryName {
    InodeNumber inode;
    Link link;
  };
  struct HardLink {
    InodeNumber inode;
    Link first;  // of directory 0 while there is none

    [[nodiscard]] bool has_first() const { return first.directory.value != 0; }
  };

  void renumber(const std::vector<std::uint32_t>& numbers);
  [[nodiscard]] const HardLink& hard_link(InodeNumber inode) const;

  GrowArray<InodeRecord> inodes_;
  GrowArray<DentryRecord> dentries_;
  GrowArray<char> strings_;
  GrowArray<ExtentRecord> extents_;
  GrowArray<DirectoryName> directories_;  // but the root; ascending by inode after finish()
  GrowArray<HardLink> hard_links_;        // ascending by inode after finish()
  XattrStore xattrs_;
  SourceFacts source_{*this};
};

}  // namespace zvfs
