#pragma once

#include <memory>
#include <optional>
#include <utility>

#include "format/digests/root_hash.h"
#include "format/image.h"
#include "tests/support/image_forge.h"

namespace zvfs::testing {

/// The usual forged image, with digests.
inline ImageForge forge_with_digests() {
  ImageForge forge;
  forge.has_digests = true;
  return forge;
}

inline Result<std::unique_ptr<ImageTables>> open_tables(
    const ByteVector& bytes, std::optional<RootDigest> root = std::nullopt) {
  return ImageTables::open(std::make_unique<MemorySource>(bytes), {.root = root});
}

/// The root of what the image in `bytes` is. Precondition: it opens, and has digests.
inline RootDigest root_of(const ByteVector& bytes) {
  return root_digest(*open_tables(bytes).value()).value();
}

/// Opens the image in `bytes` and verifies it against its own root, if it has one: then all that is
/// decoded is verified first.
inline Result<std::unique_ptr<Image>> open_with_own_root(const ByteVector& bytes,
                                                         ImageOptions options = {}) {
  const auto tables = ZVFS_TRY(open_tables(bytes));
  if (tables->header().has_digests()) options.root = ZVFS_TRY(root_digest(*tables));
  return Image::open(std::make_unique<MemorySource>(bytes), options);
}

}  // namespace zvfs::testing
