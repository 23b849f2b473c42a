#include "mkimage/scan/list_scanner.h"

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <optional>
#include <sys/stat.h>
#include <utility>

#include "base/unique_fd.h"
#include "mkimage/scan/directory_opener.h"

namespace zvfs {

using Severity = Warning::Severity;

namespace {

UniqueFd open_listed(const std::string& place) {
  return UniqueFd(::open(place.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
}

// The names of a directory's listed entries, and of the directories that lead to more of them.
std::vector<std::string> names_in(const SourceList::Directory& list) {
  std::vector<std::string> names;
  for (const auto& [name, place] : list.entries) names.push_back(name);
  for (const auto& [name, directory] : list.directories) {
    if (!list.entries.contains(name)) names.push_back(name);
  }
  std::ranges::sort(names);
  return names;
}

}  // namespace

ListScanner::ListScanner(const SourceList& list, const EntryRules& rules, ExcludedFiles excluded,
                         Tree& tree, Warnings& warnings, Progress& progress)
    : list_(list),
      rules_(rules),
      tree_(tree),
      warnings_(warnings),
      progress_(progress),
      scanner_(DirectoryOpener::kNoRoot, rules, std::move(excluded), tree, warnings, progress) {
  const std::string& place = list.root().place;
  if (!place.empty()) tree_.source().places().directories[kRootInode] = place;
}

Result<void> ListScanner::scan() {
  ZVFS_TRY(scanner_.check());
  for (const Warning& warning : list_.warnings()) {
    warnings_.report(warning.severity, warning.path, warning.message);
  }
  ZVFS_TRY(scan_root());
  tree_.finish();
  return {};
}

Result<void> ListScanner::scan_root() {
  if (list_.root().place.empty()) {
    make_up_root();
    ZVFS_TRY(scan_list(kRootInode, list_.root()));
    date_made_up_root();
    return {};
  }
  ZVFS_TRY(scanner_.scan_root());
  if (list_.has_whole_root()) return scanner_.scan_below(kRootInode);
  return scan_list(kRootInode, list_.root());
}

// Several sources have no common directory.
void ListScanner::make_up_root() {
  InodeRecord record = tree_.inode(kRootInode);
  rules_.metadata.rewrite(record);
  tree_.inode(kRootInode) = record;
}

// The root is as old as its newest entry.
void ListScanner::date_made_up_root() {
  InodeRecord& root = tree_.inode(kRootInode);
  if (root.count == 0) return;
  const Link first{kRootInode, static_cast<std::uint32_t>(root.data)};
  Timestamp newest = tree_.inode(tree_.inode_of(first)).mtime();
  for (std::uint64_t row = root.data; row < root.data + root.count; ++row) {
    const Link link{kRootInode, static_cast<std::uint32_t>(row)};
    newest = std::max(newest, tree_.inode(tree_.inode_of(link)).mtime());
  }
  root.set_mtime(newest);
}

// Recurses as deep as the listed paths; those are shorter than PATH_MAX.
Result<void> ListScanner::scan_list(InodeNumber number, const Directory& list) {
  const std::vector<Added> directories = ZVFS_TRY(add_entries(number, list));
  for (const auto& [directory, listed] : directories) {
    ZVFS_TRY(listed == nullptr ? scanner_.scan_below(directory) : scan_list(directory, *listed));
  }
  return {};
}

// Adds the listed entries of a directory, and the directories that lead to more of them. Returns
// the directories among them, in order.
Result<std::vector<ListScanner::Added>> ListScanner::add_entries(InodeNumber number,
                                                                 const Directory& list) {
  static const Directory kNothing;
  std::string path = tree_.path_of(tree_.link_of(number));
  if (!path.empty()) path += '/';
  std::vector<Added> directories;
  for (const std::string& name : names_in(list)) {
    const auto listed = list.entries.find(name);
    const auto below = list.directories.find(name);
    const Scanner::Entry entry{
        .parent = number, .parent_fd = -1, .parent_path = path, .name = name};
    const std::optional<Added> added =
        ZVFS_TRY(listed == list.entries.end()
                     ? add_on_the_way(entry, below->second)
                     : add_listed(entry, listed->second,
                                  below == list.directories.end() ? kNothing : below->second));
    if (added) directories.push_back(*added);
  }
  return directories;
}

// Adds the listed entry from the directory `place`. Without recursion, the paths listed below a
// directory are yet to be added.
Result<std::optional<ListScanner::Added>> ListScanner::add_listed(Scanner::Entry entry,
                                                                  const std::string& place,
                                                                  const Directory& below) {
  using NoDirectory = std::optional<Added>;
  const std::string path = entry.parent_path + entry.name;
  const UniqueFd fd = open_listed(place);
  entry.parent_fd = fd.get();
  if (!fd.is_open() ||
      ::fstatat(fd.get(), entry.name_on_disk, &entry.status, AT_SYMLINK_NOFOLLOW) != 0) {
    const Error error = fail_errno(errno, "cannot stat").error();
    if (warnings_.keep_if_of_system(path, error)) return NoDirectory();
    warnings_.report(Severity::kUnreadable, path, error.message);
    report_lost(path, below, error);
    return NoDirectory();
  }
  const std::optional<InodeNumber> inode = ZVFS_TRY(add(entry));
  if (!S_ISDIR(entry.status.st_mode)) {
    report_lost(path, below, fail_errno(ENOTDIR, "cannot stat").error());
    const auto dentry = static_cast<std::uint32_t>(tree_.dentries().size() - 1);
    if (inode) tree_.source().places().parents.emplace(dentry, place);
    return NoDirectory();
  }
  if (!inode) return NoDirectory();
  tree_.source().places().directories.emplace(*inode, place + '/' + entry.name);
  const bool is_whole = list_.recursion == SourceList::Recursion::kInto;
  return std::optional(Added{*inode, is_whole ? nullptr : &below});
}

// Adds a directory that is not listed itself but leads to the paths in `list`. If it is a symlink
// to a directory, it becomes a directory, as in a tar archive that is extracted.
Result<std::optional<ListScanner::Added>> ListScanner::add_on_the_way(Scanner::Entry entry,
                                                                      const Directory& list) {
  using NoDirectory = std::optional<Added>;
  const UniqueFd fd = open_listed(list.place);
  if (!fd.is_open()) {
    const Error error = fail_errno(errno, "cannot stat").error();
    const std::string path = entry.parent_path + entry.name;
    if (!warnings_.keep_if_of_system(path, error)) report_lost(path, list, error);
    return NoDirectory();
  }
  entry.parent_fd = fd.get();
  entry.name_on_disk = ".";
  const std::optional<InodeNumber> inode = ZVFS_TRY(add(entry));
  if (!inode) return NoDirectory();
  tree_.source().places().directories.emplace(*inode, list.place);
  return std::optional(Added{*inode, &list});
}

Result<std::optional<InodeNumber>> ListScanner::add(Scanner::Entry& entry) {
  std::optional<InodeNumber> inode = ZVFS_TRY(scanner_.add(entry));
  ++progress_.files_found;
  return inode;
}

// Reports each path listed in `list`, which is the directory `path`, and below.
void ListScanner::report_lost(const std::string& path, const Directory& list, const Error& error) {
  for (const auto& [name, place] : list.entries) {
    warnings_.report(Severity::kUnreadable, path + '/' + name, error.message);
  }
  for (const auto& [name, directory] : list.directories) {
    report_lost(path + '/' + name, directory, error);
  }
}

}  // namespace zvfs
