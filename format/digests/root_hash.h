#pragma once

#include "base/bytes.h"
#include "base/result.h"
#include "format/index_header.h"
#include "trust/root_digest.h"
#include "trust/sha256.h"

namespace zvfs {

class ImageTables;

/// Hashes what the root of an image stands for: in this order, the bytes of the index header, of
/// the index directory and of the index digests, which may come in pieces. Throws std::bad_alloc.
/// Spec: docs/format.md, "Digests".
class RootHash {
 public:
  static RootDigest of(ByteSpan header, ByteSpan directory, ByteSpan digests);

  void update(ByteSpan bytes) { hash_.update(bytes); }
  RootDigest finish() { return {hash_.finish()}; }

 private:
  Sha256 hash_;
};

/// Errors: InvalidArgument (the image has no digests).
Result<void> must_have_digests(const IndexHeader& header);

/// The root of an image: the one that it was verified against or, if it was not, the hash of what
/// its bytes are now. Errors: InvalidArgument (the image has no digests), Io.
Result<RootDigest> root_digest(const ImageTables& image);

}  // namespace zvfs
