#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/warnings.h"
#include "mkimage/archives/pseudo_members.h"
#include "mkimage/rules/entry_rules.h"
#include "mkimage/rules/excluded_paths.h"
#include "tar/tar_entry.h"
#include "tar/tar_writer.h"

namespace zvfs {

/// Applies the rules for entries to the members of an archive. Members may come in any order, with
/// names of any form. Not thread-safe.
class EntryFilter {
 public:
  /// Borrows both.
  EntryFilter(const EntryRules& rules, Warnings& warnings)
      : rules_(rules), warnings_(warnings), pseudo_(rules, warnings), excluded_(rules.excludes) {}

  /// False if the member is left out: it, or a directory above it, is excluded, or no name is left.
  /// Otherwise changes its path and metadata by the rules.
  bool apply(TarEntry& entry);

  /// Whether apply() leaves out an entry with that path; false for a directory that only patterns
  /// for directories match.
  [[nodiscard]] bool leaves_out(std::string_view path);

  /// The place of that path in the image. Precondition: it is not left out.
  [[nodiscard]] std::string placed(const std::string& path) const {
    return rules_.shape.empty() ? path : rules_.shape.place(path).value_or(path);
  }

  /// Call before writing a member's headers. Before the first member, appends the directories that
  /// the rules place everything below.
  void append_parents(TarWriter& out);

  /// Call after the last member, until it returns false. Appends some of the members that the rules
  /// add. Errors: TooLarge.
  Result<bool> append_more(TarWriter& out);

 private:
  [[nodiscard]] bool place(TarEntry& entry);
  void drop_replaced(TarEntry& entry) const;
  void report_lost_link(const TarEntry& link);
  void append_made_up(std::string path, TarWriter& out);
  [[nodiscard]] Timestamp first_time() const { return first_time_.value_or(Timestamp()); }

  const EntryRules& rules_;
  Warnings& warnings_;
  PseudoMembers pseudo_;
  ExcludedPaths excluded_;
  std::optional<Timestamp> first_time_;
  bool has_parents_ = false;  // append_parents() was called
};

}  // namespace zvfs
