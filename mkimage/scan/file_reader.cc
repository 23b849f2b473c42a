#include "mkimage/scan/file_reader.h"

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <string>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>

#include "base/file_io.h"

namespace zvfs {

using Severity = Warning::Severity;

namespace {

// Files above this size take no more of the page cache after the build than before.
constexpr std::uint64_t kLargeFile = std::uint64_t{4} << 20;

// Smaller pieces are faster with the kernel's readahead.
constexpr std::size_t kLeastPassingPiece = std::size_t{64} << 10;

bool is_filled(int fd, std::uint64_t offset, MutableByteSpan out) {
  const Result<std::size_t> done = read_full(fd, offset, out, "");
  return done && *done == out.size();
}

}  // namespace

void FileReader::read(Link link, std::uint64_t offset, MutableByteSpan out) {
  if (const auto& archive = tree_.source().places().archive) {
    read_archived(*archive, link, offset, out);
    return;
  }
  if (!open(link)) {
    std::ranges::fill(out, std::byte{0});
    return;
  }
  const InodeRecord& file = tree_.inode(tree_.inode_of(link));
  if (file.has_extent_list()) {
    read_sparse(file, offset, out);
  } else {
    read_passing(offset, out);
  }
  check_unchanged();
}

void FileReader::read_archived(const ArchivedData& archive, Link link, std::uint64_t offset,
                               MutableByteSpan out) {
  link_ = link;  // for reports
  const InodeNumber inode = tree_.inode_of(link);
  const std::size_t done =
      read_run(archive.file.get(), archive.begins[inode.value - 1] + offset, out);
  if (done < out.size()) {
    report(Severity::kUnreadable,
           "its data ends early in the temporary file; the image has zeros instead");
  }
}

bool FileReader::peek(Link link, std::uint64_t offset, MutableByteSpan out) {
  if (const auto& archive = tree_.source().places().archive) {
    const InodeNumber inode = tree_.inode_of(link);
    return is_filled(archive->file.get(), archive->begins[inode.value - 1] + offset, out);
  }
  if (link != peeked_) {
    peeked_ = link;
    Result<UniqueFd> file = open_file(link);
    if (!file) warnings_.keep_if_of_system(tree_.path_of(link), file.error());
    peeked_fd_ = file ? *std::move(file) : UniqueFd();
  }
  return peeked_fd_.is_open() && is_filled(peeked_fd_.get(), offset, out);
}

bool FileReader::open(Link link) {
  if (link == link_) return fd_.is_open();
  link_ = link;
  fd_.reset();
  reads_ahead_ = true;
  Result<UniqueFd> file = open_file(link);
  if (!file) {
    report(file.error(), file.error().message + "; the image has zeros instead of its content");
    return false;
  }
  fd_ = *std::move(file);
  struct stat status = {};
  if (::fstat(fd_.get(), &status) == 0 && !S_ISREG(status.st_mode)) {
    report(Severity::kChanged,
           "file changed type as we read it; the image has zeros instead of its content");
    fd_.reset();
  }
  is_passing_ = tree_.inode(tree_.inode_of(link)).allocated > kLargeFile &&
                MissingPages::are_known_of(status);
  return fd_.is_open();
}

Result<UniqueFd> FileReader::open_file(Link link) {
  // O_NONBLOCK: if a fifo has replaced the file, do not wait for its writer.
  constexpr int kFlags = O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC;
  const auto& files = tree_.source().places().files;
  UniqueFd file;
  if (const auto place = files.find(tree_.inode_of(link)); place != files.end()) {
    file = UniqueFd(::open(place->second.c_str(), kFlags));
  } else {
    const Link source = tree_.source().scanned_link(link);
    const int directory = ZVFS_TRY(directories_.open_parent(source));
    const std::string name(tree_.source().scanned().name_of(source));
    file = UniqueFd(::openat(directory, name.c_str(), kFlags));
  }
  if (!file.is_open()) return fail_on_source(errno, "cannot open");
  return file;
}

void FileReader::read_sparse(const InodeRecord& file, std::uint64_t offset, MutableByteSpan out) {
  const std::span<const ExtentRecord> extents = tree_.extents_of(file);
  // Stored data is contiguous in the stream, so stream offsets tell positions in it.
  const std::uint64_t begin = extents.front().stream_offset + offset;
  auto extent = std::ranges::upper_bound(extents, begin, {}, &ExtentRecord::stream_offset) - 1;
  std::uint64_t skipped = begin - extent->stream_offset;
  for (; !out.empty(); ++extent, skipped = 0) {
    const std::size_t length = std::min<std::uint64_t>(out.size(), extent->length - skipped);
    read_passing(extent->file_offset + skipped, out.first(length));
    out = out.subspan(length);
  }
}

// Does read_run() on the open file. Pages of a large file that were not in the page cache before do
// not stay there.
void FileReader::read_passing(std::uint64_t file_offset, MutableByteSpan out) {
  if (!is_passing_ || out.size() < kLeastPassingPiece) {
    read_run(fd_.get(), file_offset, out);
    return;
  }
  if (std::exchange(reads_ahead_, false)) MissingPages::stop_readahead(fd_.get());
  missing_.find(fd_.get(), file_offset, out.size());
  read_run(fd_.get(), file_offset, out);
  missing_.drop(fd_.get());
}

// Reads a run that had no holes when the file was scanned. Returns how many bytes there were; the
// rest is zeros.
std::size_t FileReader::read_run(int fd, std::uint64_t file_offset, MutableByteSpan out) {
  const Result<std::size_t> done = read_full(fd, file_offset, out, "");
  if (!done) {
    report(done.error(), fmt::format("cannot read at {}: {}; the image has zeros instead",
                                     file_offset, done.error().message));
  }
  const std::size_t size = done ? *done : 0;
  std::ranges::fill(out.subspan(size), std::byte{0});
  return size;
}

// Runs after reading, to notice every change since the scan.
void FileReader::check_unchanged() {
  const InodeNumber number = tree_.inode_of(*link_);
  const InodeRecord& file = tree_.inode(number);
  struct stat status;
  if (::fstat(fd_.get(), &status) != 0) return;
  const auto size = static_cast<std::uint64_t>(status.st_size);
  if (size < file.size) {
    report(
        Severity::kChanged,
        fmt::format("file shrank by {} bytes as we read it; padded with zeros", file.size - size));
  } else if (size > file.size) {
    report(Severity::kChanged,
           fmt::format("file grew by {} bytes as we read it; truncated", size - file.size));
  } else if (tree_.source().mtime(number) != timestamp_of(status.st_mtim) ||
             !tree_.source().may_have_ctime(number, timestamp_of(status.st_ctim))) {
    report(Severity::kChanged, "file changed as we read it");
  }
}

void FileReader::report(const Error& error, std::string message) {
  if (warnings_.keep_if_of_system(tree_.path_of(*link_), error)) return;
  report(severity_of(error), std::move(message));
}

void FileReader::report(Severity severity, std::string message) {
  warnings_.report_once(tree_.inode_of(*link_).value, severity, tree_.path_of(*link_),
                        std::move(message));
}

}  // namespace zvfs
