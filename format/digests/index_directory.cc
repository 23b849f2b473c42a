#include "format/digests/index_directory.h"

#include <algorithm>
#include <array>

#include "format/digests/root_hash.h"

namespace zvfs {

IndexDirectory::IndexDirectory(const ImageSource& source, std::uint64_t image_start,
                               const IndexHeader& header)
    : source_(source),
      entries_{.begin = image_start + header.index_entry_offset(0).value,
               .size = std::uint64_t{header.index_frame_count} * IndexEntry::kSize},
      digests_{.begin = image_start + header.index_digest_offset(0).value,
               .size = std::uint64_t{header.index_frame_count} * sizeof(Sha256Digest)} {}

Result<IndexDirectory> IndexDirectory::open(const ImageSource& source, std::uint64_t image_start,
                                            const IndexHeader& header) {
  IndexDirectory directory(source, image_start, header);
  if (directory.entries_.size <= kMostHeld) ZVFS_TRY(directory.hold(directory.entries_));
  return directory;
}

Result<IndexDirectory> IndexDirectory::open_verified(const ImageSource& source,
                                                     std::uint64_t image_start,
                                                     const IndexHeader& header,
                                                     ByteSpan header_bytes,
                                                     const RootDigest& root) {
  ZVFS_TRY(must_have_digests(header));
  if (header.index_frame_count > kMostVerified) {
    return fail(ErrorCode::kTooLarge, "{} index frames are more than the {} that can be verified",
                header.index_frame_count, kMostVerified);
  }
  IndexDirectory directory(source, image_start, header);
  ZVFS_TRY(directory.hold(directory.entries_));
  ZVFS_TRY(directory.hold(directory.digests_));
  const RootDigest found =
      RootHash::of(header_bytes, directory.entries_.held, directory.digests_.held);
  if (found == root) return directory;
  return fail(ErrorCode::kCorrupt, "the image has the root {}, not {}", found.text(), root.text());
}

Result<void> IndexDirectory::hold(Rows& rows) const {
  rows.held.resize(rows.size);
  return source_.read(rows.begin, rows.held);
}

// Fills `out` with what is `at` bytes from the begin of the rows.
Result<void> IndexDirectory::read(const Rows& rows, std::uint64_t at, MutableByteSpan out) const {
  if (rows.held.empty()) return source_.read(rows.begin + at, out);
  std::ranges::copy(ByteSpan(rows.held).subspan(at, out.size()), out.begin());
  return {};
}

Result<IndexEntry> IndexDirectory::entry(std::uint32_t number) const {
  std::array<std::byte, IndexEntry::kSize> row;
  ZVFS_TRY(read(entries_, std::uint64_t{number} * row.size(), row));
  return IndexEntry::parse(row);
}

Result<Sha256Digest> IndexDirectory::digest(std::uint32_t number) const {
  Sha256Digest digest;
  ZVFS_TRY(read(digests_, std::uint64_t{number} * digest.size(), digest));
  return digest;
}

}  // namespace zvfs
