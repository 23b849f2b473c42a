#pragma once

#include <optional>
#include <string>

#include "base/result.h"
#include "trust/public_key.h"
#include "trust/root_digest.h"
#include "trust/signature.h"

namespace zvfs {

/// How a user says which image to trust, by options of the tools: at most one of `digest` and
/// `pubkey`. A plain value.
struct TrustOptions {
  std::optional<RootDigest> digest = std::nullopt;   ///< The root that the image must have.
  std::optional<std::string> pubkey = std::nullopt;  ///< File of the key that must have signed it.
  /// The file with the signature; if none is given, it lies beside the image.
  std::optional<std::string> signature = std::nullopt;
};

/// Decides whether the root of an image is one that the user trusts. Immutable and thread-safe.
class RootTrust {
 public:
  /// Reads what the options name; without any, every root is trusted. The signature of `image` is
  /// in `image`.sig or else in `image`.minisig, if no option names it. Errors: InvalidArgument
  /// (options that contradict each other; not a key or a signature), NotFound, TooLarge, Io.
  static Result<RootTrust> load(const TrustOptions& options, const std::string& image);

  /// False if every root is trusted.
  [[nodiscard]] bool is_limited() const { return digest_ || signed_; }

  /// Errors: Corrupt (not the root that is trusted, or not signed by the key that is).
  [[nodiscard]] Result<void> check(const RootDigest& root) const;

 private:
  /// What must have signed the root.
  struct Signed {
    PublicKey key;
    Signature signature;
    std::string path;  // of the signature
  };

  static Result<Signed> load_signed(const TrustOptions& options, const std::string& image);

  std::optional<RootDigest> digest_;  // one of them, or none
  std::optional<Signed> signed_;
};

}  // namespace zvfs
