#include "mkimage/entry_filter.h"

#include <utility>

#include "base/quoting.h"
#include "mkimage/path_names.h"

namespace zvfs {
namespace {

using EntryType = ExcludeList::EntryType;

}  // namespace

bool EntryFilter::apply(TarEntry& entry) {
  if (excludes(entry.path, entry.type == TarMember::Type::kDirectory)) return false;
  InodeRecord record = metadata_of(entry);
  if (!first_time_) first_time_ = mtime_of(record);
  if (!place(entry)) return false;
  rules_.metadata.rewrite(record);
  entry.mode = record.mode & 07777;
  entry.uid = record.uid;
  entry.gid = record.gid;
  entry.mtime_seconds = record.mtime_seconds;
  entry.mtime_nanoseconds = record.mtime_nanoseconds;
  if (!rules_.xattrs.empty()) entry.xattrs = rules_.xattrs.apply(std::move(entry.xattrs));
  pseudo_.take(entry);
  return true;
}

// Asks for each directory on the way, as the list wants it.
bool EntryFilter::excludes(std::string_view path, bool is_directory) {
  if (rules_.excludes.empty()) return false;
  path_.clear();
  for (std::string_view name = take_first_name(path); !name.empty(); name = take_first_name(path)) {
    if (!path_.empty() && rules_.excludes.excludes(path_, EntryType::kDirectory)) return true;
    if (!path_.empty()) path_ += '/';
    path_ += name;
  }
  return !path_.empty() &&
         rules_.excludes.excludes(path_, is_directory ? EntryType::kDirectory : EntryType::kOther);
}

// Gives the member its path in the image; false when no name is left.
bool EntryFilter::place(TarEntry& entry) {
  if (rules_.shape.empty()) return true;
  auto path = rules_.shape.place(entry.path);
  if (!path) return false;
  if (entry.type == TarMember::Type::kHardLink) {
    auto target = rules_.shape.place(entry.link_path);
    if (!target) {
      troubles_.report(Trouble::Severity::kChanged, entry.path,
                       fmt::format("left out: a hard link to '{}', of which no name is left",
                                   quote_name(entry.link_path)));
      return false;
    }
    entry.link_path = *std::move(target);
  }
  entry.path = *std::move(path);
  return true;
}

void EntryFilter::append_parents(ByteVector& out) {
  if (std::exchange(has_parents_, true) || rules_.shape.empty()) return;
  append_made_up("./", out);
  std::string path;
  std::string_view rest = rules_.shape.prefix;
  for (std::string_view name = take_first_name(rest); !name.empty(); name = take_first_name(rest)) {
    path += name;
    path += '/';
    append_made_up(path, out);
  }
}

void EntryFilter::append_made_up(std::string path, ByteVector& out) {
  const InodeRecord record = rules_.made_up_directory(first_time());
  TarEntry entry;
  entry.type = TarMember::Type::kDirectory;
  entry.path = std::move(path);
  entry.mode = record.mode & 07777;
  entry.uid = record.uid;
  entry.gid = record.gid;
  entry.mtime_seconds = record.mtime_seconds;
  entry.mtime_nanoseconds = record.mtime_nanoseconds;
  pseudo_.take(entry);
  append_entry_headers(entry, out);
}

Result<bool> EntryFilter::append_more(ByteVector& out) {
  if (!has_parents_ && !rules_.shape.empty()) {
    append_parents(out);
    return true;
  }
  return pseudo_.append_more(first_time(), out);
}

}  // namespace zvfs
