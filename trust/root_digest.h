#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "trust/sha256.h"

namespace zvfs {

/// What an image is known by: a digest from which each of its frames can be proven. A plain value.
/// Spec: docs/format.md, "Digests".
struct RootDigest {
  Sha256Digest bytes = {};

  bool operator==(const RootDigest&) const = default;

  /// "sha256:" and 64 lower-case hexadecimal digits, as OCI writes digests.
  [[nodiscard]] std::string text() const;
  /// The line that is signed: "zvfs-root ", text(), and a newline.
  [[nodiscard]] std::string signed_text() const;

  /// Parses text(); digits may be upper-case. Errors: InvalidArgument.
  static Result<RootDigest> parse(std::string_view text);
};

}  // namespace zvfs
