#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"
#include "format/index_reader.h"
#include "zvfs/check/check_context.h"
#include "zvfs/check/inode_states.h"

namespace zvfs {

/// Checks each inode by itself: its fields, the place of its data in the stream and in the frame
/// that it names, and the order, bounds and sum of its extents. Also checks the content size, which
/// is the sum of all file sizes. Notes the types of the inodes in the states. Use once; not
/// thread-safe.
class InodeCheck {
 public:
  InodeCheck(const CheckContext& context, InodeStates& states);

  void run();

 private:
  // A frame so small that no file's data may cross it: [begin, end) in the stream.
  struct TinyFrame {
    std::uint64_t number;
    std::uint64_t begin;
    std::uint64_t end;
  };

  void check(std::uint64_t row, const InodeRecord& inode);
  Result<void> check_fields(const InodeRecord& inode) const;
  Result<void> check_by_type(const InodeRecord& inode);
  Result<void> check_regular(const InodeRecord& inode);
  Result<void> check_extents(const InodeRecord& inode);
  Result<void> check_extent(const InodeRecord& inode, std::uint64_t row, std::uint64_t begin);
  Result<void> check_place(std::uint64_t stream_offset, std::uint64_t length, std::uint32_t frame);
  Result<void> check_crossed(std::uint64_t stream_offset, std::uint64_t length) const;
  void find_tiny_frames();
  Result<void> check_directory(const InodeRecord& inode) const;
  Result<void> check_symlink(const InodeRecord& inode);

  const CheckContext& context_;
  const ImageTables& image_;
  InodeStates& states_;
  IndexReader::Cursor frames_;
  IndexReader::Cursor extents_;
  IndexReader::Cursor strings_;
  ByteVector encoded_;
  ExtentRecord extent_;
  std::uint64_t extent_end_ = 0;        // in the stream, of the last extent
  std::vector<TinyFrame> tiny_frames_;  // by where they begin
  std::uint64_t extents_visited_ = 0;
  std::uint64_t content_size_ = 0;
};

}  // namespace zvfs
