#include "mkimage/archives/spooled_archive.h"

#include <utility>

#include "base/temporary_file.h"
#include "tree/tar_indexer.h"

namespace zvfs {
namespace {

// Where each inode's data begins in the archive; it is one run there, even if it has holes.
std::vector<std::uint64_t> data_begins(const Tree& tree) {
  std::vector<std::uint64_t> begins;
  begins.reserve(tree.inodes().size());
  for (const InodeRecord& inode : tree.inodes()) {
    std::uint64_t begin = 0;
    if (inode.is_regular() && inode.allocated > 0) {
      begin = inode.has_extent_list() ? tree.extents_of(inode).front().stream_offset : inode.data;
    }
    begins.push_back(begin);
  }
  return begins;
}

}  // namespace

Result<void> spool_archive(ByteStream& stream, Tree& tree, IndexExtras& index_extras,
                           Warnings& warnings, Progress& progress) {
  UniqueFd file = ZVFS_TRY(make_temporary_file());
  TarIndexer indexer(tree, warnings, &index_extras);
  while (true) {
    ByteSpan bytes = ZVFS_TRY(stream.next());
    if (bytes.empty()) break;
    ZVFS_TRY(write_temporary(file.get(), bytes));
    while (!bytes.empty()) {
      const TarParser::Step step = ZVFS_TRY(indexer.take(bytes));
      if (step.member != nullptr) ++progress.files_found;
      bytes = bytes.subspan(step.size);
    }
  }
  ZVFS_TRY(indexer.finish());
  tree.source().places().archive = ArchivedData{std::move(file), data_begins(tree)};
  return {};
}

}  // namespace zvfs
