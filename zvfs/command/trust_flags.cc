#include "zvfs/command/trust_flags.h"

namespace zvfs {

void declare_trust(OptionSet& options, TrustOptions& trust) {
  const auto take_digest = [&trust](const std::string& text) -> Result<void> {
    trust.digest = ZVFS_TRY(RootDigest::parse(text));
    return {};
  };
  const auto digest = options.each("--digest DIGEST", take_digest,
                                   "Read only the image with this root, sha256:HEX");
  const auto pubkey = options
                          .option("--pubkey FILE", trust.pubkey,
                                  "Read only an image that the owner of this key has signed")
                          .excludes(digest);
  options
      .option("--signature FILE", trust.signature,
              "Its signature (default: IMAGE.sig or IMAGE.minisig)")
      .needs(pubkey);
}

}  // namespace zvfs
