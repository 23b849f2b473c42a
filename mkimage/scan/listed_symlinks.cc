// Symlinks that are listed together with paths below them: SourceList::follow_listed_symlinks().
#include <cerrno>
#include <filesystem>
#include <optional>
#include <sys/stat.h>
#include <system_error>
#include <utility>
#include <vector>

#include "base/path_names.h"
#include "mkimage/scan/source_list.h"

namespace zvfs {
namespace {

using Names = std::vector<std::string>;

bool leads_to_directory(const std::string& path) {
  struct stat link;
  struct stat target;
  return ::lstat(path.c_str(), &link) == 0 && S_ISLNK(link.st_mode) &&
         ::stat(path.c_str(), &target) == 0 && S_ISDIR(target.st_mode);
}

bool is_same_directory(const std::string& first, const std::string& second) {
  struct stat a;
  struct stat b;
  return ::stat(first.c_str(), &a) == 0 && ::stat(second.c_str(), &b) == 0 && S_ISDIR(a.st_mode) &&
         a.st_dev == b.st_dev && a.st_ino == b.st_ino;
}

// Where a symlink in the directory `from` leads; nothing if that is above the root.
std::optional<Names> follow(Names from, std::string_view target) {
  if (target.starts_with('/')) from.clear();
  for (auto name = take_first_name(target); !name.empty(); name = take_first_name(target)) {
    if (name != "..") {
      from.emplace_back(name);
    } else if (from.empty()) {
      return std::nullopt;
    } else {
      from.pop_back();
    }
  }
  return from;
}

void merge(SourceList::Directory&& from, SourceList::Directory& into) {
  into.entries.merge(from.entries);
  for (auto& [name, directory] : from.directories) {
    const auto [known, is_new] = into.directories.try_emplace(name, std::move(directory));
    if (!is_new) merge(std::move(directory), known->second);
  }
}

}  // namespace

/// Finds the symlinks, and moves the paths that are listed below them. Use once.
class SourceList::SymlinkFollower {
 public:
  explicit SymlinkFollower(SourceList& list) : list_(list) {}

  void run() {
    // A symlink may lead to another one: follow as many as the kernel does.
    for (unsigned i = 0; i < kMaxSymlinks; ++i) {
      found_.clear();
      find_in(list_.root_, {});
      if (found_.empty()) return;
      for (const Symlink& symlink : found_) move(symlink);
    }
  }

 private:
  struct Symlink {
    Names directory;  // that it is in
    std::string name;
    std::string place;
  };

  void find_in(const Directory& directory, const Names& path) {
    for (const auto& [name, below] : directory.directories) {
      if (directory.entries.contains(name) && leads_to_directory(below.place)) {
        found_.push_back({path, name, below.place});
        continue;
      }
      Names path_below = path;
      path_below.push_back(name);
      find_in(below, path_below);
    }
  }

  void move(const Symlink& symlink) {
    const std::string root = symlink.place.starts_with('/') ? "/" : ".";
    Directory& parent = list_.directory_at(symlink.directory, root);
    std::error_code error;
    const auto target = std::filesystem::read_symlink(symlink.place, error);
    const auto names = follow(symlink.directory, target.native());
    if (names && is_same_directory(symlink.place, root + '/' + joined(*names))) {
      auto node = parent.directories.extract(symlink.name);
      merge(std::move(node.mapped()), list_.directory_at(*names, root));
      return;
    }
    parent.entries.erase(symlink.name);
    Names path = symlink.directory;
    path.push_back(symlink.name);
    list_.warnings_.push_back({Warning::Severity::kChanged, joined(path),
                               "left out: the symlink would lead elsewhere; the image has a "
                               "directory there"});
  }

  static std::string joined(const Names& names) {
    std::string path;
    for (const std::string& name : names) path += (path.empty() ? "" : "/") + name;
    return path;
  }

  SourceList& list_;
  std::vector<Symlink> found_;
};

void SourceList::follow_listed_symlinks() { SymlinkFollower(*this).run(); }

}  // namespace zvfs
