#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"
#include "format/index_reader.h"
#include "format/paged_array.h"
#include "zvfs/check/check_context.h"
#include "zvfs/check/inode_states.h"

namespace zvfs {

/// Checks the tree: the names in each directory and their order, its size and its links; that every
/// dentry belongs to one directory, every file has as many names as links, and every directory has
/// one name, in its parent, and is below the root. Run it after InodeCheck. Use once; not
/// thread-safe.
class DentryCheck {
 public:
  DentryCheck(const CheckContext& context, InodeStates& states);

  void run();

 private:
  using State = InodeStates::State;

  // Totals over the dentries of a directory.
  struct Sums {
    std::uint64_t size = 0;
    std::uint32_t subdirectories = 0;
  };

  void check_directory(InodeNumber number);
  bool own_dentries(InodeNumber number, const InodeRecord& directory);
  Result<void> check_dentry(InodeNumber directory, const DentryRecord& dentry, Sums& sums);
  Result<void> check_name(const DentryRecord& dentry);
  void check_links(InodeNumber number, const InodeRecord& inode);
  void check_unowned_dentries() const;
  void check_reachable(InodeNumber number);

  const CheckContext& context_;
  const ImageTables& image_;
  InodeStates& states_;
  IndexReader::Cursor inodes_;
  IndexReader::Cursor strings_;
  PagedBits owned_;        // dentries that belong to a directory
  std::string last_name_;  // in the directory being checked
  std::vector<InodeNumber> path_;
};

}  // namespace zvfs
