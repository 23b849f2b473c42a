#include "mkimage/scan/missing_pages.h"

#include <algorithm>
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

namespace zvfs {
namespace {

std::uint64_t page_size() {
  static const auto size = static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
  return size;
}

bool is_missing(unsigned char page) { return (page & 1) == 0; }
bool is_there(unsigned char page) { return !is_missing(page); }

}  // namespace

bool MissingPages::are_known_of(const struct stat& file) {
  const uid_t user = ::geteuid();
  return user == 0 || user == file.st_uid;
}

void MissingPages::stop_readahead(int fd) { ::posix_fadvise(fd, 0, 0, POSIX_FADV_RANDOM); }

void MissingPages::find(int fd, std::uint64_t offset, std::size_t length) {
  const std::uint64_t page = page_size();
  begin_ = offset / page * page;
  pages_.clear();
  const std::size_t size = offset - begin_ + length;
  // The mapping is only for mincore() and never touched, so a file that shrinks does no harm.
  void* const mapping =
      ::mmap(nullptr, size, PROT_READ, MAP_SHARED, fd, static_cast<off_t>(begin_));
  if (mapping == MAP_FAILED) return;
  pages_.resize((size + page - 1) / page);
  if (::mincore(mapping, size, pages_.data()) != 0) pages_.clear();
  ::munmap(mapping, size);
}

void MissingPages::drop(int fd) const {
  const auto offset_of = [this](auto position) {
    const auto index = static_cast<std::uint64_t>(position - pages_.begin());
    return static_cast<off_t>(begin_ + index * page_size());
  };
  for (auto end = pages_.begin(); end != pages_.end();) {
    const auto begin = std::find_if(end, pages_.end(), is_missing);
    end = std::find_if(begin, pages_.end(), is_there);
    if (begin == end) break;
    ::posix_fadvise(fd, offset_of(begin), offset_of(end) - offset_of(begin), POSIX_FADV_DONTNEED);
  }
}

}  // namespace zvfs
