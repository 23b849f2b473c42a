#include "mkimage/archives/entry_filter.h"

#include <utility>

#include "base/path_names.h"
#include "base/quoting.h"

namespace zvfs {
namespace {

using EntryType = ExcludeList::EntryType;

}  // namespace

bool EntryFilter::apply(TarEntry& entry) {
  const bool is_directory = entry.type == TarMember::Type::kDirectory;
  if (excluded_.contains(entry.path, is_directory ? EntryType::kDirectory : EntryType::kOther)) {
    return false;
  }
  if (entry.type == TarMember::Type::kHardLink && leaves_out(entry.link_path)) {
    if (rules_.shape.empty() || rules_.shape.place(entry.path)) report_lost_link(entry);
    return false;
  }
  InodeRecord record = make_record(entry);
  if (!first_time_) first_time_ = record.mtime();
  if (!place(entry)) return false;
  rules_.metadata.rewrite(record);
  entry.metadata = record.metadata();
  drop_replaced(entry);
  if (!rules_.xattrs.empty()) entry.xattrs = rules_.xattrs.apply(std::move(entry.xattrs));
  pseudo_.take(entry);
  return true;
}

bool EntryFilter::leaves_out(std::string_view path) {
  return excluded_.contains(path, EntryType::kOther) ||
         (!rules_.shape.empty() && !rules_.shape.place(path));
}

// Drops records that contradict the metadata from the rules.
void EntryFilter::drop_replaced(TarEntry& entry) const {
  if (rules_.metadata.uid) entry.user_name.clear();
  if (rules_.metadata.gid) entry.group_name.clear();
  if (!rules_.metadata.mtime) return;
  for (const char* key : {"atime", "ctime", "LIBARCHIVE.creationtime"}) {
    entry.other_records.erase(key);
  }
}

void EntryFilter::report_lost_link(const TarEntry& link) {
  warnings_.report(
      Warning::Severity::kChanged, link.path,
      fmt::format("left out: hard link to '{}', which is left out", shown_name(link.link_path)));
}

// Gives the member its path in the image; false when no name is left.
bool EntryFilter::place(TarEntry& entry) {
  if (rules_.shape.empty()) return true;
  auto path = rules_.shape.place(entry.path);
  if (!path) return false;
  if (entry.type == TarMember::Type::kHardLink) entry.link_path = placed(entry.link_path);
  entry.path = *std::move(path);
  return true;
}

void EntryFilter::append_parents(TarWriter& out) {
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

void EntryFilter::append_made_up(std::string path, TarWriter& out) {
  TarEntry entry;
  entry.type = TarMember::Type::kDirectory;
  entry.path = std::move(path);
  entry.metadata = rules_.made_up_directory(first_time()).metadata();
  pseudo_.take(entry);
  out.append(entry);
}

Result<bool> EntryFilter::append_more(TarWriter& out) {
  if (!has_parents_ && !rules_.shape.empty()) {
    append_parents(out);
    return true;
  }
  return pseudo_.append_more(first_time(), out);
}

}  // namespace zvfs
