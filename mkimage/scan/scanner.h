#pragma once

#include <dirent.h>
#include <map>
#include <memory>
#include <string>
#include <sys/stat.h>
#include <vector>

#include "base/result.h"
#include "base/warnings.h"
#include "mkimage/report/progress.h"
#include "mkimage/rules/entry_rules.h"
#include "mkimage/scan/directory_opener.h"
#include "mkimage/scan/inode_reader.h"
#include "mkimage/scan/source_list.h"
#include "tree/tree.h"

namespace zvfs {

/// A file's identity in the running system.
struct FileId {
  dev_t device = 0;
  ino_t inode = 0;
  auto operator<=>(const FileId&) const = default;
};
inline FileId id_of(const struct stat& status) { return {status.st_dev, status.st_ino}; }

/// A name in a directory of the running system, whether or not there is a file of that name.
struct NameOnDisk {
  FileId directory;
  std::string name;
};

/// What a scan leaves out without a word.
struct ExcludedFiles {
  std::vector<NameOnDisk> names;  ///< Other names of the same files are not left out.
  std::vector<FileId> files;      ///< By whatever names.
};

/// Reads the names and metadata of a directory and all below it into a Tree: one pass, directory
/// by directory, in path order. Warnings with single files are reported, and leave those files
/// out; a directory that cannot be read is kept, empty. Not thread-safe; use once.
class Scanner {
 public:
  /// Borrows all but `excluded`.
  Scanner(int root_fd, const EntryRules& rules, ExcludedFiles excluded, Tree& tree,
          Warnings& warnings, Progress& progress);

  /// As above, of what `list` names, in place of one directory. Of each path that is listed and
  /// missing there is a warning, and the list's own warnings are reported.
  Scanner(const SourceList& list, const EntryRules& rules, ExcludedFiles excluded, Tree& tree,
          Warnings& warnings, Progress& progress);

  /// Errors: Io (the root cannot be read), TooLarge (more files than the format can hold).
  Result<void> scan();

 private:
  struct CloseDirectory {
    void operator()(DIR* directory) const { ::closedir(directory); }
  };
  using Directory = std::unique_ptr<DIR, CloseDirectory>;

  // An entry of an open directory.
  struct Entry {
    InodeNumber parent;
    int parent_fd;
    const std::string& name;
    const char* name_on_disk = name.c_str();
    struct stat status = {};
  };
  struct Ancestor {
    InodeNumber number;
    FileId id;
  };
  // An inode with several names, and how many of them were not met yet.
  struct Linked {
    InodeNumber number;
    nlink_t names_left;
  };

  Result<void> scan_root();
  void make_up_root();
  void date_made_up_root();
  Result<void> scan_list(InodeNumber number, const SourceList::Directory& list);
  Result<void> add_listed(const std::string& place, Entry entry,
                          const SourceList::Directory& below);
  Result<void> add_on_the_way(Entry entry, const SourceList::Directory& list);
  Result<InodeNumber> add_one(Entry& entry);
  void report_lost(const std::string& path, const SourceList::Directory& list, const Error& error);
  void set_root_device(int directory_fd);
  Result<void> scan_directory(InodeNumber number);
  Result<Directory> open_directory(InodeNumber number);
  Result<void> check_for_loop(InodeNumber number, int fd);
  static Result<std::vector<std::string>> read_names(DIR* directory);
  Result<void> add(Entry& entry);
  [[nodiscard]] bool is_excluded(const Entry& entry) const;
  [[nodiscard]] bool is_left_out(const Entry& entry) const;
  bool stat(Entry& entry);
  Result<InodeNumber> add_inode(const Entry& entry, InodeRecord record);
  Result<InodeNumber> add_rewritten(InodeRecord record);
  void push_subdirectories(InodeNumber number);
  [[nodiscard]] bool is_beyond_mount_point(InodeNumber number, int directory_fd) const;
  void report(const Entry& entry, const Error& error);
  void report(const Entry& entry, Warning::Severity severity, std::string message);

  const int root_fd_;
  const SourceList* const list_ = nullptr;
  const EntryRules& rules_;
  const ExcludedFiles excluded_;
  Tree& tree_;
  Warnings& warnings_;
  Progress& progress_;
  DirectoryOpener opener_;
  InodeReader reader_;
  dev_t root_device_ = 0;
  std::string directory_path_;        // of the directory scanned; empty or with a slash at its end
  std::vector<InodeNumber> pending_;  // directories to scan, the next one last
  std::vector<Ancestor> ancestors_;   // of the directory scanned last, and itself; the root first
  std::map<FileId, Linked> linked_;
  std::map<InodeNumber, const SourceList::Directory*> listed_;  // not recursed into, with what is
};

}  // namespace zvfs
