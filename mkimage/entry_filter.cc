#include "mkimage/entry_filter.h"

#include <algorithm>

namespace zvfs {
namespace {

using EntryType = ExcludeList::EntryType;

}  // namespace

bool EntryFilter::apply(TarEntry& entry) {
  if (excludes(entry.path, entry.type == TarMember::Type::kDirectory)) return false;
  InodeRecord record = metadata_of(entry);
  rules_.metadata.rewrite(record);
  entry.mode = record.mode & 07777;
  entry.uid = record.uid;
  entry.gid = record.gid;
  entry.mtime_seconds = record.mtime_seconds;
  entry.mtime_nanoseconds = record.mtime_nanoseconds;
  if (!rules_.xattrs.empty()) entry.xattrs = rules_.xattrs.apply(std::move(entry.xattrs));
  return true;
}

// Asks for each directory on the way, as the list wants it.
bool EntryFilter::excludes(std::string_view path, bool is_directory) {
  if (rules_.excludes.empty()) return false;
  path_.clear();
  while (!path.empty()) {
    const std::string_view name = path.substr(0, path.find('/'));
    path.remove_prefix(std::min(path.size(), name.size() + 1));
    if (name.empty() || name == ".") continue;
    if (!path_.empty() && rules_.excludes.excludes(path_, EntryType::kDirectory)) return true;
    if (!path_.empty()) path_ += '/';
    path_ += name;
  }
  return !path_.empty() &&
         rules_.excludes.excludes(path_, is_directory ? EntryType::kDirectory : EntryType::kOther);
}

}  // namespace zvfs
