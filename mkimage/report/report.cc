#include "mkimage/report/report.h"

#include <algorithm>
#include <string_view>

#include <fmt/core.h>

#include "base/units.h"

namespace zvfs {
namespace {

// A number with its noun: "1 file", "2 files"; nothing for none.
void append_count(std::uint64_t count, std::string_view one, std::string_view many,
                  std::string& out) {
  if (count == 0) return;
  if (!out.empty()) out += ", ";
  out += fmt::format("{} {}", count, count == 1 ? one : many);
}

}  // namespace

void BuildReport::count(const Tree& tree) {
  for (const InodeRecord& inode : tree.inodes()) {
    if (inode.is_directory()) {
      ++directories;
      continue;
    }
    hard_links += inode.nlink - 1;
    if (inode.is_symlink()) {
      ++symlinks;
    } else if (inode.is_regular()) {
      ++files;
      content_size += inode.size;
      allocated_size += inode.allocated;
    } else {
      ++others;
    }
  }
}

std::string to_text(const BuildReport& report) {
  std::string counts;
  append_count(report.files, "file", "files", counts);
  append_count(report.directories, "directory", "directories", counts);
  append_count(report.symlinks, "symlink", "symlinks", counts);
  append_count(report.others, "special file", "special files", counts);
  append_count(report.hard_links, "hard link", "hard links", counts);
  append_count(report.copies.files, "copy", "copies", counts);
  std::string content = human_size(report.allocated_size);
  if (report.content_size != report.allocated_size) {
    content += fmt::format(" ({} with holes)", human_size(report.content_size));
  }
  const auto in = static_cast<double>(report.allocated_size);
  const double seconds = std::max(report.elapsed.count(), 0.001);
  return fmt::format("{}\n{} in, {} out, ratio {:.2f}, in {:.1f} s at {}/s\n", counts, content,
                     human_size(report.image_size), in / static_cast<double>(report.image_size),
                     seconds, human_size(static_cast<std::uint64_t>(in / seconds)));
}

}  // namespace zvfs
