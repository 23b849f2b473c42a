#pragma once

#include <string_view>

#include "base/result.h"
#include "trust/ed25519.h"
#include "trust/key_text.h"

namespace zvfs {

/// A public key as `signify -G` and `minisign -G` write it; both have the same format. A plain
/// value.
struct PublicKey {
  KeyId id;
  Ed25519Key key = {};

  /// Parses the content of a file. Errors: InvalidArgument.
  static Result<PublicKey> parse(std::string_view text);
};

}  // namespace zvfs
