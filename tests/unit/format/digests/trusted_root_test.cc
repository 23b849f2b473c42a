#include "format/digests/trusted_root.h"

#include <gtest/gtest.h>

#include "tests/support/image_forge.h"

namespace zvfs {
namespace {

MemorySource image(bool has_digests) {
  testing::ImageForge forge;
  forge.has_digests = has_digests;
  return MemorySource(forge.build());
}

RootTrust trust_in(const TrustOptions& options) {
  return RootTrust::load(options, "image").value();
}

TEST(TrustedRoot, IsThatOfTheImageIfItIsTrusted) {
  const MemorySource source = image(true);
  const RootDigest own = accepted_root(source, trust_in({})).value();
  const RootTrust trust = trust_in({.digest = own});
  EXPECT_EQ(accepted_root(source, trust).value(), own);
  EXPECT_EQ(trusted_root(source, trust).value(), own);
}

TEST(TrustedRoot, IsNoneIfEveryRootIsTrusted) {
  EXPECT_EQ(trusted_root(image(true), trust_in({})).value(), std::nullopt);
  EXPECT_EQ(trusted_root(image(false), trust_in({})).value(), std::nullopt);
}

TEST(TrustedRoot, IsAnErrorOtherwise) {
  const RootTrust trust = trust_in({.digest = RootDigest()});
  EXPECT_EQ(trusted_root(image(true), trust).error().code, ErrorCode::kCorrupt);
  EXPECT_EQ(trusted_root(image(false), trust).error().message, "the image has no digests");
  EXPECT_EQ(accepted_root(image(false), trust_in({})).error().message, "the image has no digests");
  EXPECT_FALSE(trusted_root(MemorySource({}), trust));
}

}  // namespace
}  // namespace zvfs
