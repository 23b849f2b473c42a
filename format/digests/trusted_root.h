#pragma once

#include <optional>

#include "base/result.h"
#include "format/image_source.h"
#include "trust/root_digest.h"
#include "trust/root_trust.h"

namespace zvfs {

/// The root of the image that ends with `source`, for ImageOptions::root, if `trust` accepts it.
/// Decodes nothing. Errors: those of ImageTables::open(), root_digest() and RootTrust::check().
Result<RootDigest> accepted_root(const ImageSource& source, const RootTrust& trust);

/// The same, but nothing if every root is trusted: then the image need not have digests.
Result<std::optional<RootDigest>> trusted_root(const ImageSource& source, const RootTrust& trust);

}  // namespace zvfs
