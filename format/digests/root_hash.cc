#include "format/digests/root_hash.h"

#include <algorithm>

#include "format/image_tables.h"

namespace zvfs {
namespace {

constexpr std::uint64_t kPiece = std::uint64_t{64} << 10;

Result<void> update(RootHash& hash, const ImageTables& image, ImageOffset begin,
                    std::uint64_t size) {
  ByteVector buffer(std::min(size, kPiece));
  for (std::uint64_t done = 0; done < size;) {
    const MutableByteSpan piece =
        MutableByteSpan(buffer).first(std::min<std::uint64_t>(buffer.size(), size - done));
    ZVFS_TRY(image.frames().read_raw({begin.value + done}, piece));
    hash.update(piece);
    done += piece.size();
  }
  return {};
}

}  // namespace

RootDigest RootHash::of(ByteSpan header, ByteSpan directory, ByteSpan digests) {
  RootHash hash;
  hash.update(header);
  hash.update(directory);
  hash.update(digests);
  return hash.finish();
}

Result<void> must_have_digests(const IndexHeader& header) {
  if (header.has_digests()) return {};
  return fail(ErrorCode::kInvalidArgument, "the image has no digests");
}

Result<RootDigest> root_digest(const ImageTables& image) {
  if (image.verified_root()) return *image.verified_root();
  const IndexHeader& header = image.header();
  ZVFS_TRY(must_have_digests(header));
  const std::uint64_t frames = header.index_frame_count;
  RootHash hash;
  ZVFS_TRY(update(hash, image, header.header_offset(), IndexHeader::kSize));
  ZVFS_TRY(update(hash, image, header.index_entry_offset(0), frames * IndexEntry::kSize));
  ZVFS_TRY(update(hash, image, header.index_digest_offset(0), frames * sizeof(Sha256Digest)));
  return hash.finish();
}

}  // namespace zvfs
