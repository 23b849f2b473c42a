#pragma once

#include <dirent.h>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <sys/stat.h>
#include <vector>

#include "base/result.h"
#include "base/warnings.h"
#include "mkimage/report/progress.h"
#include "mkimage/rules/entry_rules.h"
#include "mkimage/scan/directory_opener.h"
#include "mkimage/scan/inode_reader.h"
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

/// What a scan leaves out without a warning.
struct ExcludedFiles {
  std::vector<NameOnDisk> names;  ///< Other names of the same files are not left out.
  std::vector<FileId> files;      ///< Under all their names.
};

/// Reads the names and metadata of a directory and everything below it into a Tree: one pass,
/// directory by directory, in path order. Files that cannot be read are reported and left out; a
/// directory that cannot be read is kept, empty. Not thread-safe; use once.
class Scanner {
 public:
  /// An entry of an open directory.
  struct Entry {
    InodeNumber parent;
    int parent_fd;
    const std::string& parent_path;  ///< In the image; empty, or with a slash at its end.
    const std::string& name;
    const char* name_on_disk = name.c_str();
    struct stat status = {};  ///< Set when it is added.
  };

  /// Borrows all but `excluded`. `root_fd` is as for DirectoryOpener.
  Scanner(int root_fd, const EntryRules& rules, ExcludedFiles excluded, Tree& tree,
          Warnings& warnings, Progress& progress);

  /// Scans the whole root, and finishes the tree. The methods below are its steps, for callers that
  /// scan less, or several places.
  /// Errors: Io (the root cannot be read), TooLarge (more files than the format can hold), NoMemory
  /// or Exhausted (of the system, which is no fault of a file).
  Result<void> scan();

  /// Errors: Io (extended attributes cannot be read at all).
  [[nodiscard]] Result<void> check() const { return reader_.check(); }

  /// Reads the root's own metadata. Errors: Io.
  Result<void> scan_root();

  /// Adds everything in a directory of the tree, and below. Mount points that are kept empty are
  /// those of filesystems other than this directory's. Errors: TooLarge; those of
  /// Warnings::check().
  Result<void> scan_below(InodeNumber directory);

  /// Adds one entry. Returns its inode; nothing if it was left out, with or without a warning.
  /// Errors: TooLarge.
  Result<std::optional<InodeNumber>> add(Entry& entry);

 private:
  struct CloseDirectory {
    void operator()(DIR* directory) const { ::closedir(directory); }
  };
  using Directory = std::unique_ptr<DIR, CloseDirectory>;

  struct Ancestor {
    InodeNumber number;
    FileId id;
  };
  // An inode with several names, and how many of them are still to come.
  struct Linked {
    InodeNumber number;
    nlink_t names_left;
  };

  void set_base_device(int directory_fd);
  Result<void> scan_directory(InodeNumber number);
  Result<Directory> open_directory(InodeNumber number);
  Result<void> check_for_loop(InodeNumber number, int fd);
  static Result<std::vector<std::string>> read_names(DIR* directory);
  [[nodiscard]] bool is_excluded(const Entry& entry) const;
  [[nodiscard]] bool is_left_out(const Entry& entry) const;
  bool stat(Entry& entry);
  Result<InodeNumber> add_inode(const Entry& entry, InodeRecord record);
  Result<InodeNumber> add_rewritten(InodeRecord record);
  void push_subdirectories(InodeNumber number);
  [[nodiscard]] bool is_beyond_mount_point(InodeNumber number, int directory_fd) const;
  void report(const Entry& entry, const Error& error);
  void report(const Entry& entry, Warning::Severity severity, std::string message);

  const EntryRules& rules_;
  const ExcludedFiles excluded_;
  Tree& tree_;
  Warnings& warnings_;
  Progress& progress_;
  DirectoryOpener opener_;
  InodeReader reader_;
  InodeNumber base_;                  // the directory that scan_below() was called for
  dev_t base_device_ = 0;             // the device of base_
  std::vector<InodeNumber> pending_;  // directories to scan, the next one last
  std::vector<Ancestor> ancestors_;   // of the directory scanned last, and itself; the root first
  std::map<FileId, Linked> linked_;
};

}  // namespace zvfs
