#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "base/warnings.h"
#include "mkimage/rules/entry_rules.h"
#include "mkimage/scan/file_reader.h"
#include "tar/tar_entry.h"
#include "tar/tar_writer.h"
#include "tree/member_describer.h"
#include "tree/name_table.h"
#include "tree/tree.h"

namespace zvfs {

/// Applies pseudo file definitions to an archive whose members come one after another: changes
/// those that have a definition, records which of the definitions' paths exist, and yields the
/// members still missing after the last one. Not thread-safe.
class PseudoMembers {
 public:
  /// Borrows both.
  PseudoMembers(const EntryRules& rules, Warnings& warnings);

  /// Notes a member, which has its path in the image, and changes it as definitions say.
  void take(TarEntry& entry);

  /// Call after the last member: appends the next of the members to add; false if there are no
  /// more. `time` is that of the archive's first member. Definitions without effect become
  /// warnings.
  /// Errors: TooLarge.
  Result<bool> append_more(Timestamp time, TarWriter& out);

 private:
  // What the archive has at the path of a definition, or of a directory above one.
  struct Place {
    enum class State : std::uint8_t { kUnseen, kImplied, kSeen };
    State state = State::kUnseen;
    TarEntry entry;            // when seen
    bool has_entries = false;  // so that it stays a directory
  };
  // A member to add; `link` is of tree_.
  struct Added {
    Link link;
    std::uint64_t data_size;
  };

  void watch(std::string_view path);
  void note(const std::string& path, const TarEntry& entry);
  Result<void> plan(Timestamp time);
  Result<void> seed(Timestamp time);
  Result<void> add_members();
  [[nodiscard]] bool is_known(Link link) const;
  [[nodiscard]] bool is_changed(const std::string& path) const;
  void add(Link link);
  void append_headers(Link link, TarWriter& out);
  void append_data(TarWriter& out);
  void append_touched(TarWriter& out);

  const EntryRules& rules_;
  Warnings& warnings_;
  std::map<std::string, Place, std::less<>> places_;

  // The members to add, as a tree that also has the places that were seen.
  Tree tree_;
  NameTable names_;
  std::uint32_t known_inodes_ = 1;  // those in tree_ that the archive has
  MemberDescriber describer_;
  FileReader reader_;
  std::vector<Added> added_;
  std::map<std::string, const TarEntry*> touched_;  // directories of the archive that got entries
  bool planned_ = false;
  std::size_t next_ = 0;           // of added_
  std::uint64_t data_placed_ = 0;  // of the one before
  std::uint64_t data_size_ = 0;
};

}  // namespace zvfs
