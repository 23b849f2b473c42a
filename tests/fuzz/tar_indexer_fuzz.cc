// Any bytes as a tar archive, fed in runs of a size that the first byte gives: whatever comes of
// it, the tree must be sound, and all data must lie within the stream.
#include <cstdlib>

#include "tree/file_locator.h"
#include "tree/tar_indexer.h"

namespace {

using zvfs::ByteSpan;

bool feed(zvfs::TarIndexer& indexer, ByteSpan bytes, std::size_t run) {
  while (!bytes.empty()) {
    const auto step = indexer.take(bytes.first(std::min(run, bytes.size())));
    if (!step) return false;
    if (step->size == 0 || step->size > run) std::abort();
    bytes = bytes.subspan(step->size);
  }
  return indexer.finish().has_value();
}

void require(bool condition) {
  if (!condition) std::abort();
}

void check_file(const zvfs::Tree& tree, const zvfs::InodeRecord& inode, std::uint64_t size) {
  if (!inode.has_extent_list()) {
    require(inode.size == 0 || (inode.data <= size && inode.size <= size - inode.data));
    return;
  }
  std::uint64_t end = 0;
  for (const zvfs::ExtentRecord& extent : tree.extents_of(inode)) {
    require(extent.length > 0 && extent.file_offset >= end);
    require(extent.file_offset <= inode.size && extent.length <= inode.size - extent.file_offset);
    require(extent.stream_offset <= size && extent.length <= size - extent.stream_offset);
    end = extent.file_offset + extent.length;
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::size_t run = data[0] == 0 ? size : data[0] * std::size_t{64};
  const ByteSpan bytes = std::as_bytes(std::span(data, size)).subspan(1);
  zvfs::Tree tree;
  zvfs::Warnings warnings({});
  zvfs::TarIndexer indexer(tree, warnings);
  if (!feed(indexer, bytes, run)) return 0;
  for (const zvfs::InodeRecord& inode : tree.inodes()) {
    require(inode.nlink > 0);
    if (inode.is_regular()) check_file(tree, inode, bytes.size());
  }
  std::vector<zvfs::FrameRecord> frames((bytes.size() + 4095) / 4096);
  for (std::size_t i = 0; i < frames.size(); ++i) frames[i].stream_offset = i * 4096;
  if (!frames.empty()) zvfs::locate_files(tree, indexer.files(), frames);
  return 0;
}
