#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "format/xattr_set.h"
#include "mkimage/rules/pseudo_definition.h"

namespace zvfs {

/// Pseudo file definitions in the order in which they are applied: by path, so that a directory
/// comes before its contents. A plain value; threads may share one that none changes.
class PseudoList {
 public:
  using ByPath = std::map<std::string, PseudoDefinition>;

  /// Adds a definition. A second one for the same path is not added, but noted in repeated();
  /// attributes do not count. Errors: as PseudoDefinition::parse(), with the definition.
  Result<void> add(std::string_view text);

  /// Adds the lines of a file: one definition each, except empty lines and those that begin with
  /// `#`. A backslash at the end of a line continues it. Errors: as add(), with the line's number.
  Result<void> add_lines(std::string_view text);

  [[nodiscard]] bool empty() const {
    return made_.empty() && modified_.empty() && links_.empty() && xattrs_.empty();
  }

  [[nodiscard]] const ByPath& made() const { return made_; }  ///< Of kMake and kDiskFile.
  [[nodiscard]] const ByPath& modified() const { return modified_; }
  /// In the order in which they were added: a link may be to an earlier one.
  [[nodiscard]] const std::vector<PseudoDefinition>& links() const { return links_; }
  /// The attributes that entries get, by path and name.
  [[nodiscard]] const std::map<std::string, std::map<std::string, ByteVector>>& xattrs() const {
    return xattrs_;
  }
  /// The paths of definitions that were not added.
  [[nodiscard]] const std::vector<std::string>& repeated() const { return repeated_; }

  /// `set` plus the attributes that definitions give the entry at `path`.
  [[nodiscard]] XattrSet with_xattrs(const std::string& path, const XattrSet& set) const;

 private:
  ByPath made_;
  ByPath modified_;
  std::vector<PseudoDefinition> links_;
  std::map<std::string, std::map<std::string, ByteVector>> xattrs_;
  std::vector<std::string> repeated_;
  std::set<std::string> paths_;  // that have a definition of any kind but attributes
};

}  // namespace zvfs
