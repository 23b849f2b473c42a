#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "base/grow_array.h"
#include "base/timestamp.h"
#include "format/offsets.h"
#include "tree/link.h"
#include "tree/source_places.h"

namespace zvfs {

class Tree;

/// What a build knows about the source of a tree's files but does not write into the image: where
/// their data lies, and what shows whether they have changed since the scan. Takes 4 bytes for each
/// file. Not thread-safe; threads may read it while none changes it.
class SourceFacts {
 public:
  /// Borrows the tree whose files these facts are about.
  explicit SourceFacts(const Tree& tree);
  ~SourceFacts();
  SourceFacts(const SourceFacts&) = delete;
  SourceFacts& operator=(const SourceFacts&) = delete;

  /// Notes that the file `inode`, the one added last, has an mtime in its source that differs from
  /// its record.
  void keep_mtime(InodeNumber inode, Timestamp mtime);

  /// The mtime of a file in its source, which shows whether the file has changed since.
  [[nodiscard]] Timestamp mtime(InodeNumber inode) const;

  /// Notes the ctime in its source of the file `inode`, the one added last.
  void keep_ctime(InodeNumber inode, Timestamp ctime);

  /// The same, copied from the facts of another tree about one of its inodes.
  void keep_ctime(InodeNumber inode, const SourceFacts& other, InodeNumber inode_there);

  /// Makes the ctime of that file unknown.
  void forget_ctime(InodeNumber inode);

  /// False if the file's ctime in its source differs from this one: the file was changed, even if
  /// its mtime was set back. Also true if the ctime is unknown.
  [[nodiscard]] bool may_have_ctime(InodeNumber inode, Timestamp ctime) const;

  /// Notes that the data of the file `inode`, the one added last, is that of `link` in scanned().
  void keep_scanned_link(InodeNumber inode, Link link);

  /// The name in scanned() that leads to the data of that file. Precondition: it has one, so the
  /// file is not in places().files.
  [[nodiscard]] Link scanned_link(Link link) const;

  /// Notes that the tree was made from `scanned`, which has the names on disk.
  void set_scanned(std::unique_ptr<const Tree> scanned);

  /// The tree with the names on disk: the tree itself, unless set_scanned() was called.
  [[nodiscard]] const Tree& scanned() const { return scanned_ == nullptr ? tree_ : *scanned_; }

  /// Where the entries lie on disk, if more than one directory was scanned.
  [[nodiscard]] const SourcePlaces& places() const { return places_; }
  [[nodiscard]] SourcePlaces& places() { return places_; }

  /// Follows inodes to their new numbers, by their old ones less 1; 0 for an inode that is gone.
  void renumber(const std::vector<std::uint32_t>& numbers);

 private:
  struct Mtime {
    InodeNumber inode;
    Timestamp mtime;
  };
  struct ScannedLink {
    InodeNumber inode;
    Link link;
  };

  void keep_ctime_hash(InodeNumber inode, std::uint32_t hash);
  [[nodiscard]] std::uint32_t ctime_hash(InodeNumber inode) const;

  const Tree& tree_;
  std::unique_ptr<const Tree> scanned_;
  GrowArray<Mtime> mtimes_;               // ascending by inode
  GrowArray<ScannedLink> scanned_links_;  // ascending by inode
  // By inode number less 1, up to the last known one. 32 bits of a ctime are enough to see that it
  // has changed. 0 is unknown.
  GrowArray<std::uint32_t> ctimes_;
  SourcePlaces places_;
};

}  // namespace zvfs
