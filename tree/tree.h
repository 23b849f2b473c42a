#pragma once

#include <cstdint>
#include <limits>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/grow_array.h"
#include "base/result.h"
#include "base/timestamp.h"
#include "format/records.h"
#include "tree/source_places.h"
#include "tree/xattr_store.h"

namespace zvfs {

/// A name in a tree: a row of the dentries, and the directory whose entry it is.
struct Link {
  InodeNumber directory;     ///< 0 in a Link that names nothing.
  std::uint32_t dentry = 0;  ///< kRootDentry for the root, which has no dentry.

  static constexpr std::uint32_t kRootDentry = std::numeric_limits<std::uint32_t>::max();
  auto operator<=>(const Link&) const = default;
};
inline constexpr Link kRootLink{kRootInode, Link::kRootDentry};

/// A scanned tree, held as the tables that the index will have: some 80 bytes for each file and
/// its name. The planner fills in where the data lies. Not thread-safe; threads may read what
/// none changes.
class Tree {
 public:
  /// A tree of a root directory alone; its record is the caller's to fill in.
  Tree();

  /// Adds an inode that has no name yet. `record` has its type, metadata, and data as far as a
  /// scan knows it; add_entry() counts its links. Errors: TooLarge (above kMaxInodes).
  Result<InodeNumber> add_inode(const InodeRecord& record);

  /// Keeps of all inodes, none of which has a name yet, those whose `kept` is true (by number less
  /// 1), the root among them. Returns each one's new number, or 0, in the same order.
  std::vector<std::uint32_t> keep_inodes(const std::vector<bool>& kept);

  /// Adds a name for `inode` to `directory`, after all others. The entries of a directory must be
  /// added one after another, in the order of their names, and a directory has only one name.
  /// Errors: TooLarge (2^32 - 1 names or more).
  Result<void> add_entry(InodeNumber directory, std::string_view name, InodeNumber inode);

  /// Adds to the strings, as for a symlink's target, and returns its offset.
  std::uint64_t add_string(std::string_view text);

  void add_extent(const ExtentRecord& extent) { extents_.push_back(extent); }

  /// Makes files hard links of others: the names of inode i become names of `targets[i - 1]`, which
  /// is its own target; and drops the inodes that have no name then. Returns the new numbers of all
  /// inodes, by their old ones less 1, 0 for those dropped. Call after finish().
  std::vector<std::uint32_t> link_files(const std::vector<InodeNumber>& targets);

  /// Notes that the file `inode`, the one added last, has another mtime in its source than its
  /// record says.
  void keep_source_mtime(InodeNumber inode, Timestamp mtime);

  /// The mtime that a file has in its source, by which one sees whether it has changed since.
  [[nodiscard]] Timestamp source_mtime(InodeNumber inode) const;

  /// Notes the ctime that the file `inode`, the one added last, has in its source.
  void keep_source_ctime(InodeNumber inode, Timestamp ctime);

  /// The same, as another tree knows it of one of its inodes.
  void keep_source_ctime(InodeNumber inode, const Tree& other, InodeNumber inode_there);

  /// False when the file has another ctime in its source than this, and so was changed, even if its
  /// mtime was set back. True also when the ctime is not known.
  [[nodiscard]] bool may_have_ctime(InodeNumber inode, Timestamp ctime) const;

  /// Notes that the data of the file `inode`, the one added last, is that of `link` in scanned().
  void keep_source_link(InodeNumber inode, Link link);

  /// The name in scanned() by which the data of that file is found. Precondition: it has one, so
  /// the file is not in places().files.
  [[nodiscard]] Link source_link(Link link) const;

  /// Says that this tree was made of `scanned`, whose names are those on disk.
  void set_scanned(std::unique_ptr<const Tree> scanned) { scanned_ = std::move(scanned); }

  /// The tree whose names are those on disk: this one, unless set_scanned() was called.
  [[nodiscard]] const Tree& scanned() const { return scanned_ == nullptr ? *this : *scanned_; }

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

  /// The name under which a file with several is a file, the others being links to it. The
  /// planner sets it when it comes upon the first; until then `directory` is 0.
  /// Precondition: the inode has more than one name, and finish() was called.
  [[nodiscard]] Link& first_link(InodeNumber inode);
  [[nodiscard]] const Link& first_link(InodeNumber inode) const;

  [[nodiscard]] std::span<const InodeRecord> inodes() const { return inodes_.span(); }
  [[nodiscard]] std::span<const DentryRecord> dentries() const { return dentries_.span(); }
  [[nodiscard]] std::string_view strings() const {
    return {strings_.span().data(), strings_.size()};
  }
  [[nodiscard]] std::span<const ExtentRecord> extents() const { return extents_.span(); }
  /// Where the entries lie on disk, when a scan was of more than one directory.
  [[nodiscard]] const SourcePlaces& places() const { return places_; }
  [[nodiscard]] SourcePlaces& places() { return places_; }

  [[nodiscard]] const XattrStore& xattrs() const { return xattrs_; }
  [[nodiscard]] XattrStore& xattrs() { return xattrs_; }

 private:
  struct DirectoryName {
    InodeNumber inode;
    Link link;
  };
  struct SourceMtime {
    InodeNumber inode;
    Timestamp mtime;
  };
  struct SourceLink {
    InodeNumber inode;
    Link link;
  };
  struct HardLink {
    InodeNumber inode;
    Link first;
  };

  void renumber(const std::vector<std::uint32_t>& numbers);
  void keep_ctime_hash(InodeNumber inode, std::uint32_t hash);
  [[nodiscard]] std::uint32_t ctime_hash(InodeNumber inode) const;

  GrowArray<InodeRecord> inodes_;
  GrowArray<DentryRecord> dentries_;
  GrowArray<char> strings_;
  GrowArray<ExtentRecord> extents_;
  GrowArray<DirectoryName> directories_;  // but the root; ascending by inode after finish()
  GrowArray<HardLink> hard_links_;        // ascending by inode after finish()
  GrowArray<SourceMtime> source_mtimes_;  // ascending by inode
  GrowArray<SourceLink> source_links_;    // ascending by inode
  // By inode number less 1, as far as there are any: 32 bits of a ctime are enough to see that it
  // has changed. 0 is unknown.
  GrowArray<std::uint32_t> source_ctimes_;
  std::unique_ptr<const Tree> scanned_;
  XattrStore xattrs_;
  SourcePlaces places_;
};

}  // namespace zvfs
