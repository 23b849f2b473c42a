#pragma once

#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

#include "format/frame_prefetcher.h"
#include "format/image.h"
#include "tar/tar_member.h"
#include "zvfs/extract/tar_sink.h"
#include "zvfs/walk/path_store.h"
#include "zvfs/walk/tree_visitor.h"

namespace zvfs {

/// Turns the entries of a walk into tar members, in batches: the frames of a batch are decoded
/// ahead while its members are written. Keeps a path for each hard-linked file. Not thread-safe.
class MemberExporter final : public TreeVisitor {
 public:
  /// Borrows all. Decodes `window_bytes` ahead.
  MemberExporter(const Image& image, const TarExport& to, std::uint64_t window_bytes);

  Result<Descend> enter(const WalkEntry& entry) override;
  Result<void> lost(std::string_view path, Error error) override;

  /// Writes the last batch and the end of the archive. Call after the walk.
  Result<void> finish();

  /// False if something that was chosen is missing from the archive.
  [[nodiscard]] bool is_whole() const { return is_whole_; }

 private:
  struct Member {
    std::string path;
    Inode inode;
    std::string link_path;  ///< The first path of a hard-linked file; empty at that path.
    std::vector<ExtentRecord> extents;  ///< The data of a regular file.
    std::uint32_t place = 0;            ///< Of its first frame, in the frames of the batch.
  };

  Result<void> add(const WalkEntry& entry);
  Result<void> remember(InodeNumber file, const std::string& path);
  Result<void> add_data(Member& member);
  Result<std::uint32_t> add_frames(const FileSegment& segment);
  Result<void> write_batch();
  Result<void> write(const Member& member, FramePrefetcher* prefetcher);
  Result<void> write_header(const TarMember& header);
  Result<void> write_data(const Member& member, FramePrefetcher* prefetcher);
  Result<void> write_bytes(ByteSpan bytes);

  const Image& image_;
  const TarExport& to_;
  const std::uint64_t window_bytes_;
  IndexReader::Cursor cursor_;
  std::vector<Member> members_;      // the batch
  std::vector<FrameNumber> frames_;  // that hold its data, in the order of the members
  std::size_t extents_ = 0;          // of all members
  std::size_t path_bytes_ = 0;       // of all members
  std::unordered_map<std::uint32_t, PathStore::Number> first_names_;  // of linked files, by inode
  PathStore link_paths_;                                              // in first_names_
  bool is_whole_ = true;
};

}  // namespace zvfs
