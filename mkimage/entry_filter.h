#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "mkimage/entry_rules.h"
#include "mkimage/pseudo_members.h"
#include "mkimage/tar_entry.h"
#include "mkimage/troubles.h"

namespace zvfs {

/// Applies the rules for entries to the members of an archive, which come in any order and with
/// names of any form. Not thread-safe.
class EntryFilter {
 public:
  /// Borrows both.
  EntryFilter(const EntryRules& rules, Troubles& troubles)
      : rules_(rules), troubles_(troubles), pseudo_(rules, troubles) {}

  /// False when the member is left out: it, or a directory that it lies in, is excluded, or no name
  /// is left of it. Otherwise changes what the rules say of its place and metadata.
  bool apply(TarEntry& entry);

  /// Call before a member's headers are written: appends the directories that must precede the
  /// first one, since the rules place all below them.
  void append_parents(ByteVector& out);

  /// Call after the last member, until it is false: appends a part of the members that the rules
  /// add. Errors: TooLarge.
  Result<bool> append_more(ByteVector& out);

 private:
  [[nodiscard]] bool excludes(std::string_view path, bool is_directory);
  [[nodiscard]] bool place(TarEntry& entry);
  void append_made_up(std::string path, ByteVector& out);
  [[nodiscard]] Timestamp first_time() const { return first_time_.value_or(Timestamp()); }

  const EntryRules& rules_;
  Troubles& troubles_;
  PseudoMembers pseudo_;
  std::string path_;
  std::optional<Timestamp> first_time_;
  bool has_parents_ = false;  // append_parents() was called
};

}  // namespace zvfs
