#include "mkimage/archives/pseudo_members.h"

#include <algorithm>
#include <utility>

#include "base/path_names.h"
#include "base/quoting.h"
#include "mkimage/archives/byte_stream.h"
#include "mkimage/shape/pseudo_applier.h"
#include "tree/tree_walk.h"

namespace zvfs {
namespace {

using Severity = Warning::Severity;
using Type = TarMember::Type;

}  // namespace

PseudoMembers::PseudoMembers(const EntryRules& rules, Warnings& warnings)
    : rules_(rules),
      warnings_(warnings),
      describer_(tree_),
      reader_(FileReader::for_named_files(tree_, warnings)) {
  const PseudoList& pseudo = rules.pseudo;
  for (const auto& [path, definition] : pseudo.made()) watch(path);
  for (const auto& [path, definition] : pseudo.modified()) watch(path);
  for (const auto& [path, xattrs] : pseudo.xattrs()) watch(path);
  for (const PseudoDefinition& definition : pseudo.links()) {
    watch(definition.path);
    watch(definition.target);
  }
  if (!places_.empty()) places_[""].state = Place::State::kImplied;
}

void PseudoMembers::watch(std::string_view path) {
  while (true) {
    places_[std::string(path)];
    if (path.empty()) return;
    take_last_name(path);
  }
}

void PseudoMembers::take(TarEntry& entry) {
  if (places_.empty()) return;
  const std::string path = plain_path(entry.path);
  const bool is_link = entry.type == Type::kHardLink;
  const bool is_defined = is_changed(path);
  if (is_defined && is_link) {
    warnings_.report(Severity::kChanged, path,
                     fmt::format("is a hard link in the archive; modify its file '{}' instead",
                                 shown_name(plain_path(entry.link_path))));
  } else if (is_defined) {
    if (const auto found = rules_.pseudo.modified().find(path);
        found != rules_.pseudo.modified().end()) {
      found->second.apply_to(file_type(entry.type), entry.metadata);
      entry.user_name.clear();
      entry.group_name.clear();
    }
    entry.xattrs = rules_.pseudo.with_xattrs(path, entry.xattrs);
  }
  note(path, entry);
}

// Whether a definition changes the entry at `path`.
bool PseudoMembers::is_changed(const std::string& path) const {
  return rules_.pseudo.modified().contains(path) || rules_.pseudo.xattrs().contains(path);
}

void PseudoMembers::note(const std::string& path, const TarEntry& entry) {
  for (std::size_t slash = path.find('/'); slash != path.npos; slash = path.find('/', slash + 1)) {
    const auto above = places_.find(std::string_view(path).substr(0, slash));
    if (above == places_.end()) break;  // nothing below it is watched either
    Place& place = above->second;
    place.has_entries = true;
    if (place.state != Place::State::kSeen) place.state = Place::State::kImplied;
    const Type type = place.entry.type;
    const bool leads_on = type == Type::kDirectory || type == Type::kSymlink;
    if (place.state == Place::State::kSeen && !leads_on) return;  // the indexer will refuse it
  }
  const auto found = places_.find(path);
  if (found == places_.end()) return;
  const bool stays = path.empty() || found->second.has_entries;
  if (stays && entry.type != Type::kDirectory) return;  // as above
  found->second.state = Place::State::kSeen;
  found->second.entry = entry;
  found->second.entry.extents = {};
  found->second.entry.notes = {};
}

Result<bool> PseudoMembers::append_more(Timestamp time, TarWriter& out) {
  if (places_.empty()) return false;
  if (!std::exchange(planned_, true)) ZVFS_TRY(plan(time));
  if (data_placed_ < data_size_) {
    append_data(out);
    return true;
  }
  if (next_ == added_.size()) {
    const bool any = !touched_.empty();
    append_touched(out);
    return any;
  }
  const Added& added = added_[next_++];
  append_headers(added.link, out);
  data_placed_ = 0;
  data_size_ = added.data_size;
  return true;
}

// Applies the definitions to a tree of the places that they concern.
Result<void> PseudoMembers::plan(Timestamp time) {
  ZVFS_TRY(seed(time));
  known_inodes_ = static_cast<std::uint32_t>(tree_.inodes().size());
  ZVFS_TRY(PseudoApplier(tree_, names_, rules_, warnings_, time).apply());
  ZVFS_TRY(names_.move_to(tree_));
  tree_.finish();
  return add_members();
}

// Adds the places that the archive has. A directory comes before its contents.
Result<void> PseudoMembers::seed(Timestamp time) {
  std::map<std::string_view, NameTable::Row> rows = {{"", NameTable::kRoot}};
  for (const auto& [path, place] : places_) {
    if (place.state == Place::State::kUnseen) continue;
    const bool is_seen = place.state == Place::State::kSeen;
    InodeRecord record = is_seen ? make_record(place.entry) : rules_.made_up_directory(time);
    if (is_seen) record.xattr_set = ZVFS_TRY(tree_.xattrs().add(place.entry.xattrs));
    if (path.empty()) {
      record.nlink = 2;
      record.parent = kRootInode.value;
      tree_.inode(kRootInode) = record;
      continue;
    }
    std::string_view directory = path;
    const std::string_view name = take_last_name(directory);
    const auto parent = rows.find(directory);
    if (parent == rows.end()) continue;
    const InodeNumber number = ZVFS_TRY(tree_.add_inode(record));
    const NameTable::Row row = ZVFS_TRY(names_.add(parent->second, name, number));
    if (record.is_directory()) rows.emplace(path, row);
  }
  return {};
}

bool PseudoMembers::is_known(Link link) const {
  if (tree_.inode_of(link).value > known_inodes_) return false;
  const auto place = places_.find(tree_.path_of(link));
  return place != places_.end() && place->second.state != Place::State::kUnseen;
}

Result<void> PseudoMembers::add_members() {
  for (const Link link : TreeWalk(tree_)) {
    const InodeNumber number = tree_.inode_of(link);
    const InodeRecord& record = tree_.inode(number);
    const bool is_linked = !record.is_directory() && record.nlink > 1;
    if (is_linked && is_known(link)) tree_.set_first_link(number, link);
  }
  for (const Link link : TreeWalk(tree_)) {
    const std::string path = tree_.path_of(link);
    const bool is_implied =
        is_known(link) && places_.find(path)->second.state == Place::State::kImplied;
    if (!is_known(link) || (is_implied && is_changed(path))) add(link);
  }
  return {};
}

void PseudoMembers::add(Link link) {
  const InodeNumber number = tree_.inode_of(link);
  const InodeRecord& record = tree_.inode(number);
  bool is_first = true;
  if (!record.is_directory() && record.nlink > 1) {
    if (!tree_.first_link(number)) tree_.set_first_link(number, link);
    is_first = tree_.first_link(number) == link;
  }
  // The reader finds stored data in the file by its stream offset.
  std::uint64_t preceding = 0;
  if (record.is_regular() && record.has_extent_list()) {
    for (ExtentRecord& extent : tree_.extents_of(record)) {
      extent.stream_offset = preceding;
      preceding += extent.length;
    }
  }
  added_.push_back({link, record.is_regular() && is_first ? record.allocated : 0});
  const auto parent = places_.find(tree_.path_of(tree_.link_of(link.directory)));
  if (link.directory != kRootInode && parent != places_.end() &&
      parent->second.state == Place::State::kSeen) {
    touched_.emplace(parent->first, &parent->second.entry);
  }
}

void PseudoMembers::append_headers(Link link, TarWriter& out) {
  const InodeRecord& record = tree_.inode(tree_.inode_of(link));
  if (!record.is_socket()) return out.append(describer_.describe(link));
  out.append(make_socket(record, tree_.path_of(link), tree_.xattrs().get(record.xattr_set)));
}

void PseudoMembers::append_data(TarWriter& out) {
  const std::uint64_t length = std::min(data_size_ - data_placed_, kStreamRunSize);
  reader_.read(added_[next_ - 1].link, data_placed_, out.append_zeros(length));
  data_placed_ += length;
  if (data_placed_ == data_size_) out.append_zeros(tar_padding(data_size_));
}

// Added entries change the times of extracted directories, so the directories come once more.
void PseudoMembers::append_touched(TarWriter& out) {
  for (auto touched = touched_.rbegin(); touched != touched_.rend(); ++touched) {
    out.append(*touched->second);
  }
  touched_.clear();
}

}  // namespace zvfs
