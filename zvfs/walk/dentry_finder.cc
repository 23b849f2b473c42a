#include "zvfs/walk/dentry_finder.h"

#include "base/path_names.h"

namespace zvfs {

Result<FoundDentry> DentryFinder::find(std::string_view path) {
  const std::string_view name = take_last_name(path);
  if (name.empty()) return FoundDentry{};
  return find_in(ZVFS_TRY(find_directory(path)), name);
}

Result<InodeNumber> DentryFinder::find_directory(std::string_view path) {
  if (path == directory_path_) return directory_;
  InodeNumber at = kRootInode;
  for (std::string_view rest = path; !rest.empty();) {
    const std::string_view name = take_first_name(rest);
    if (!name.empty()) at = ZVFS_TRY(find_in(at, name)).inode;
  }
  directory_path_ = path;
  directory_ = at;
  return at;
}

Result<FoundDentry> DentryFinder::find_in(InodeNumber number, std::string_view name) {
  const Inode directory = ZVFS_TRY(image_.inode(number));
  std::uint64_t low = directory.record.data;
  std::uint64_t high = directory.record.is_directory() ? low + directory.record.count : low;
  while (low < high) {
    const std::uint64_t middle = low + (high - low) / 2;
    const auto dentry = ZVFS_TRY(dentries_.row<DentryRecord>(Table::kDentries, middle));
    const int order = name.compare(
        as_text(ZVFS_TRY(names_.bytes(Table::kStrings, dentry.name_offset, dentry.name_length))));
    if (order == 0) return FoundDentry{middle, {dentry.inode}};
    (order < 0 ? high : low) = order < 0 ? middle : middle + 1;
  }
  return fail(ErrorCode::kNotFound, "not in the index");
}

}  // namespace zvfs
