#pragma once

#include <cstdint>
#include <unordered_map>

#include "base/result.h"
#include "format/image.h"
#include "tree/tree.h"
#include "zvfs/check/stream_bytes.h"

namespace zvfs {

/// Compares inodes of an index with those that a tree, made from the stream, has in their places.
/// Not thread-safe. Borrows both.
class InodeComparison {
 public:
  InodeComparison(const Image& image, const Tree& tree);

  /// `number` is an inode of the tree; `is_made_up` says that its owner, mode, time and attributes
  /// are not the archive's. Errors: Corrupt (the message says what differs), Io.
  Result<void> compare(InodeNumber number, bool is_made_up, const Inode& inode);

 private:
  // A part of a member that is all data or all hole, as FileSegment is of a file.
  struct Segment {
    std::uint64_t end;
    bool is_data;
    StreamOffset stream;
  };

  Result<void> compare_metadata(const InodeRecord& member, const Inode& inode);
  Result<void> compare_xattrs(const InodeRecord& member, const Inode& inode);
  Result<void> compare_by_type(const InodeRecord& member, const Inode& inode);
  Result<void> compare_data(const InodeRecord& member, const Inode& inode);
  Result<bool> has_same_bytes(const Segment& member, const FileSegment& index,
                              std::uint64_t length);
  [[nodiscard]] Segment segment_at(const InodeRecord& member, std::uint64_t offset) const;

  const Image& image_;
  const Tree& tree_;
  StreamBytes bytes_;
  std::uint64_t comparable_;                                    // bytes that may still be compared
  std::unordered_map<std::uint32_t, std::uint32_t> same_sets_;  // the index's, by the tree's
};

}  // namespace zvfs
