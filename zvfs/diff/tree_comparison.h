#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "base/result.h"
#include "zvfs/diff/comparable_tree.h"
#include "zvfs/diff/content_comparison.h"
#include "zvfs/diff/difference.h"
#include "zvfs/walk/path_store.h"

namespace zvfs {

/// Compares two trees in path order, with everything that an image stores of a file: type, mode,
/// owner, times to the nanosecond, content, links, ACLs and other extended attributes. The places
/// of a file's holes do not count. Memory grows with the number of directories and of hard links. A
/// directory that appears twice, is out of order or is nested too deep causes a warning, so that
/// the comparison of hostile images ends. Not thread-safe; use once.
class TreeComparison {
 public:
  /// Receives each difference; returns false to end the comparison.
  using Listener = std::function<bool(const Difference&)>;

  /// Borrows all.
  TreeComparison(ComparableTree& old_tree, ComparableTree& new_tree, const Listener& listener,
                 const TreeWarning& warning);
  ~TreeComparison();
  TreeComparison(const TreeComparison&) = delete;
  TreeComparison& operator=(const TreeComparison&) = delete;

  /// Errors: those of the roots.
  Result<void> run();

 private:
  class NameCursor;
  // A path in one of the trees.
  struct Side {
    InodeNumber number;
    InodeNumber directory;  // that contains it
    InodeRecord record;
  };
  // Directories of one path; one of them may be missing.
  struct Level;
  // The first path of a file that has several, and the inode there in the other tree; 0 if none.
  struct FirstName {
    std::optional<PathStore::Number> path;
    InodeNumber other;
  };
  struct FirstNames {
    std::unordered_map<std::uint32_t, FirstName> by_inode = {};
    PathStore paths = {};
  };

  void visit(const std::string& name, const std::optional<Side>& old_side,
             const std::optional<Side>& new_side);
  void step(Level& level);
  void descend(const std::optional<Side>& old_side, const std::optional<Side>& new_side);
  void compare_both(const std::string& name, const Side& old_side, const Side& new_side);
  void add(const Side& side);
  Result<void> compare_data(const std::string& name, const Side& old_side, const Side& new_side,
                            Difference& difference);
  Result<void> compare_attributes(const Side& old_side, const Side& new_side,
                                  Difference& difference);
  FirstName first_name(FirstNames& names, const Side& side, InodeNumber other);
  std::optional<PathStore::Number> remember_path(FirstNames& names);
  void compare_links(const Side& old_side, const Side& new_side, Difference& difference);
  std::optional<Side> side_of(ComparableTree& tree, InodeNumber directory, InodeNumber number);
  bool is_new_directory(const std::optional<Side>& side, std::unordered_set<std::uint32_t>& met);
  void tell(const Difference& difference);
  void report(const Error& error);

  ComparableTree& old_;
  ComparableTree& new_;
  const Listener& listener_;
  const TreeWarning& warning_;
  ContentComparison contents_;
  std::string path_;  // of the entry being compared
  std::vector<Level> levels_;
  std::unordered_set<std::uint32_t> old_directories_;
  std::unordered_set<std::uint32_t> new_directories_;
  FirstNames old_links_;
  FirstNames new_links_;
  bool stopped_ = false;
  std::optional<Error> of_system_;  // which ends the comparison
};

}  // namespace zvfs
