#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "base/warnings.h"
#include "mkimage/report/progress.h"
#include "tree/tree.h"
#include "tree/tree_walk.h"

namespace zvfs::testing {

/// The result of scanning a source: the tree, its records by path, and the warnings.
struct ScannedTree {
  ScannedTree() : warnings([this](const Warning& warning) { reported.push_back(warning); }) {}

  /// `source` holds the scanner's arguments before the tree.
  template <typename AnyScanner, typename... Source>
  void scan(Source&&... source) {
    Progress progress;
    AnyScanner scanner(std::forward<Source>(source)..., tree, warnings, progress);
    const auto scanned = scanner.scan();
    EXPECT_TRUE(scanned) << scanned.error().message;
    for (const Link link : TreeWalk(tree)) {
      numbers[tree.path_of(link)] = tree.inode_of(link);
      paths.push_back(tree.path_of(link));
    }
  }
  const InodeRecord& record(const std::string& path) { return tree.inode(numbers.at(path)); }

  Tree tree;
  Warnings warnings;
  std::vector<Warning> reported;
  std::map<std::string, InodeNumber> numbers;
  std::vector<std::string> paths;
};

}  // namespace zvfs::testing
