#pragma once

#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

#include "format/frame_prefetcher.h"
#include "format/image.h"
#include "tar/tar_member.h"
#include "zvfs/extract/tar_sink.h"
#include "zvfs/walk/tree_visitor.h"

namespace zvfs {

/// Makes tar members of what a walk comes to, in batches: the frames of a batch are decoded ahead
/// while its members are written. Holds a path for each hard-linked file. Not thread-safe.
class MemberExporter final : public TreeVisitor {
 public:
  /// Borrows all. `window_bytes` are decoded ahead.
  MemberExporter(const Image& image, const TarExport& to, std::uint64_t window_bytes);

  Result<Descend> enter(const WalkEntry& entry) override;
  Result<void> lost(std::string_view path, Error error) override;

  /// Writes what is left, and the end of the archive. After the walk.
  Result<void> finish();

  /// False when something is not in the archive that was to be.
  [[nodiscard]] bool is_whole() const { return is_whole_; }

 private:
  struct Member {
    std::string path;
    Inode inode;
    std::string link_path;              ///< Of the file that it is a further name of; or empty.
    std::vector<ExtentRecord> extents;  ///< The data of a regular file.
    std::uint32_t place = 0;            ///< Of its first frame in the batch's.
  };

  Result<void> add(const WalkEntry& entry);
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
  std::vector<FrameNumber> frames_;  // in which its data lies, in the order of the members
  std::size_t extents_ = 0;          // of all members
  std::unordered_map<std::uint32_t, std::string> first_names_;  // of files with several, by inode
  bool is_whole_ = true;
};

}  // namespace zvfs
