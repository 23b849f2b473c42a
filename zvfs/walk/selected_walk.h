#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "base/result.h"
#include "format/image.h"
#include "zvfs/walk/selection.h"
#include "zvfs/walk/tree_visitor.h"

namespace zvfs {

/// Walks the tree of an image in path order, as far as a selection reaches. Limits the harm of a
/// hostile image: a directory that appears a second time (a cycle, or a hard link to a directory)
/// is lost with Corrupt, and so is one nested deeper than kMaxDepth, or with a path of more than
/// kMaxPathSize bytes. If directories share their entries, the walk ends when it has come to as
/// many as the image has. Memory grows with the number of directories, not of files. Not
/// thread-safe.
class SelectedWalk {
 public:
  /// Bounds the memory of the walk. No tree that Linux tools can make by paths is this deep.
  static constexpr std::size_t kMaxDepth = 65'536;
  /// Bounds what paths take, in memory and as output: of any tree 65,536 deep, the names of three
  /// bytes and a slash.
  static constexpr std::size_t kMaxPathSize = 4 * kMaxDepth;

  /// Borrows all.
  SelectedWalk(const Image& image, Selection& selection, TreeVisitor& visitor)
      : image_(image), selection_(selection), visitor_(visitor) {}

  /// Walks from the root. Errors: those that the visitor returns, or that of the root. Call once.
  Result<void> run();

 private:
  struct Child {
    std::string name;
    InodeNumber inode;
  };
  // A directory between the root and the current position.
  struct Level {
    Inode directory;
    Selection::Positions positions = {};  // unused if everything in it is wanted
    bool all = false;
    bool by_name = false;        // names are looked up instead of listed
    std::size_t path_size = 0;   // of the directory's path, in path_
    std::uint32_t next_row = 0;  // of the dentries not yet in `children`
    std::vector<Child> children = {};
    std::size_t next_child = 0;
    std::uint32_t failures = 0;  // unreadable rows since the last readable one
    bool told = false;           // the visitor was told of them
  };

  Result<void> visit(const Inode& inode, Selection::Match match, Selection::Positions positions,
                     std::size_t name_begin);
  Result<void> visit_child();
  Result<void> descend_into(const Inode& directory, bool all, Selection::Positions positions);
  Result<void> refill(Level& level);
  Result<void> end_listing(Level& level);
  Result<void> look_up_names(Level& level);
  [[nodiscard]] bool is_at_end(const Level& level) const;

  const Image& image_;
  Selection& selection_;
  TreeVisitor& visitor_;
  std::string path_;  // of the current entry
  std::vector<Level> levels_;
  std::unordered_set<std::uint32_t> directories_;  // all so far
  std::uint64_t entries_ = 0;                      // that were listed
  bool is_over_ = false;                           // nothing is listed any more
};

}  // namespace zvfs
