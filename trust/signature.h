#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "trust/ed25519.h"
#include "trust/public_key.h"

namespace zvfs {

/// A signature as `signify -S` or `minisign -S` writes it, beside the text that it is of. A plain
/// value.
class Signature {
 public:
  /// Parses the content of a file. Errors: InvalidArgument.
  static Result<Signature> parse(std::string_view text);

  /// Succeeds if the owner of `key` has signed `text`, and minisign's trusted comment, if there is
  /// one. Errors: Corrupt (made by another key, of another text, or damaged).
  [[nodiscard]] Result<void> verify(const PublicKey& key, std::string_view text) const;

 private:
  /// Minisign's second signature: of the first one and the comment behind it.
  struct TrustedComment {
    std::string text;
    Ed25519Signature signature;
  };

  [[nodiscard]] bool is_of(const PublicKey& key, std::string_view text) const;
  [[nodiscard]] bool comment_is_of(const PublicKey& key) const;

  KeyId id_;
  bool is_of_hash_ = false;  // of the BLAKE2b-512 hash of the text, rather than of the text
  Ed25519Signature signature_ = {};
  std::optional<TrustedComment> comment_;
};

}  // namespace zvfs
