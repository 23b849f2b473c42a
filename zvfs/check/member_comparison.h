#pragma once

#include <cstdint>

#include "base/result.h"
#include "format/image.h"
#include "mkimage/archives/archive_reader.h"
#include "zvfs/walk/dentry_finder.h"

struct archive_entry;

namespace zvfs {

/// Compares a member of the tar stream with its inode in the index. Use once; not thread-safe.
/// Borrows all.
class MemberComparison {
 public:
  MemberComparison(const Image& image, DentryFinder& finder, ArchiveReader& tar, FoundDentry found)
      : image_(image), finder_(finder), tar_(tar), found_(found) {}

  /// `entry` is the current member of the archive, whose data this reads. Errors: Corrupt (the
  /// message says what differs), Io.
  Result<void> compare(archive_entry* entry);

 private:
  Result<void> compare_hard_link(const char* target);
  Result<void> compare_metadata(archive_entry* entry, const XattrSet& xattrs) const;
  Result<void> compare_by_type(archive_entry* entry);
  Result<void> compare_content();
  Result<void> compare_bytes(std::uint64_t offset, ByteSpan bytes) const;
  Result<void> compare_hole(std::uint64_t begin, std::uint64_t end) const;

  const Image& image_;
  DentryFinder& finder_;
  ArchiveReader& tar_;
  const FoundDentry found_;
  Inode inode_;
};

}  // namespace zvfs
