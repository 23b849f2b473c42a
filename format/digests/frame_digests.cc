#include "format/digests/frame_digests.h"

#include <algorithm>

#include "format/digests/root_hash.h"

namespace zvfs {

Result<Sha256Digest> FrameDigests::of(FrameKey key) const {
  ZVFS_TRY(must_have_digests(header_));
  if (key.space == FrameKey::Space::kIndex) return directory_.digest(key.number);
  Sha256Digest digest;
  IndexReader::Cursor cursor(index_);
  std::ranges::copy(ZVFS_TRY(cursor.row_bytes(Table::kFrameDigests, key.number)), digest.begin());
  return digest;
}

}  // namespace zvfs
