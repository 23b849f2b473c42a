#pragma once

#include <cstdint>
#include <optional>

#include "base/bytes.h"
#include "base/unique_fd.h"
#include "base/warnings.h"
#include "mkimage/scan/directory_opener.h"
#include "mkimage/scan/missing_pages.h"
#include "tree/tree.h"

namespace zvfs {

/// Reads the data of files of a scanned tree or a spooled archive. Whatever happens to a file
/// meanwhile, the reader gives as many bytes as the scan found, since the stream is already
/// planned: bytes that cannot be read are zeros, and are reported. If that is no fault of the file,
/// Warnings::check() says so: then the build should end. Reading large files leaves the
/// page cache as it was. Keeps the last file open. Not thread-safe: use one per thread.
class FileReader {
 public:
  /// Borrows all; `root_fd` is as for DirectoryOpener.
  FileReader(const Tree& tree, int root_fd, Warnings& warnings)
      : tree_(tree), directories_(tree.source().scanned(), root_fd), warnings_(warnings) {}

  /// A reader of a tree that was not scanned: the source's places name the path of each file.
  static FileReader for_named_files(const Tree& tree, Warnings& warnings) {
    return {tree, DirectoryOpener::kNoRoot, warnings};
  }

  /// Fills `out` with the file's stored data (its data without holes) from `offset` on.
  void read(Link link, std::uint64_t offset, MutableByteSpan out);

  /// Like read(), for a look at the data of a file without holes: reports no file, and does not
  /// notice whether the file has changed. False if `out` cannot be filled.
  bool peek(Link link, std::uint64_t offset, MutableByteSpan out);

 private:
  bool open(Link link);
  Result<UniqueFd> open_file(Link link);
  void read_archived(const ArchivedData& archive, Link link, std::uint64_t offset,
                     MutableByteSpan out);
  void read_sparse(const InodeRecord& file, std::uint64_t offset, MutableByteSpan out);
  std::size_t read_run(int fd, std::uint64_t file_offset, MutableByteSpan out);
  void read_passing(std::uint64_t file_offset, MutableByteSpan out);
  void check_unchanged();
  void report(const Error& error, std::string message);
  void report(Warning::Severity severity, std::string message);

  const Tree& tree_;
  DirectoryOpener directories_;
  Warnings& warnings_;
  std::optional<Link> link_;  // of the file that is open
  UniqueFd fd_;
  bool is_passing_ = false;  // whether fd_ is of a large file, to be read by read_passing()
  bool reads_ahead_ = true;  // whether the kernel reads ahead in fd_
  MissingPages missing_;
  std::optional<Link> peeked_;  // of the file that peek() has open
  UniqueFd peeked_fd_;
};

}  // namespace zvfs
