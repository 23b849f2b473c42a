#include "trust/root_trust.h"

#include <string>
#include <sys/stat.h>

#include <gtest/gtest.h>

#include "tests/support/scratch_directory.h"
#include "tests/support/signature_vectors.h"

namespace zvfs {
namespace {

const RootDigest kRoot{Sha256::of(as_bytes("abc"))};
const RootDigest kOtherRoot{Sha256::of({})};

class RootTrustTest : public ::testing::Test {
 protected:
  // The message of the error; "" without one.
  std::string refusal(const TrustOptions& options, const RootDigest& root) const {
    const auto trust = RootTrust::load(options, image_);
    if (!trust) return trust.error().message;
    const auto checked = trust->check(root);
    return checked ? "" : checked.error().message;
  }
  [[nodiscard]] std::string path(std::string_view name) const { return (files_ / name).string(); }
  std::string write(std::string_view name, std::string_view content) const {
    return files_.write(name, content).string();
  }

  const testing::ScratchDirectory files_;
  const std::string image_ = path("image.zst");
};

TEST_F(RootTrustTest, TrustsEveryRootWithoutOptions) {
  EXPECT_EQ(refusal({}, kRoot), "");
  EXPECT_FALSE(RootTrust::load({}, image_)->is_limited());
}

TEST_F(RootTrustTest, TrustsTheRootThatIsGiven) {
  const TrustOptions options{.digest = kRoot};
  EXPECT_TRUE(RootTrust::load(options, image_)->is_limited());
  EXPECT_EQ(refusal(options, kRoot), "");
  EXPECT_EQ(refusal(options, kOtherRoot),
            "the image has the root " + kOtherRoot.text() + ", not " + kRoot.text());
}

TEST_F(RootTrustTest, TrustsWhatTheKeyHasSigned) {
  TrustOptions options;
  options.pubkey = write("key.pub", testing::kSignifyKey);
  options.signature = write("signature", testing::kSignifySignature);
  EXPECT_TRUE(RootTrust::load(options, image_)->is_limited());
  EXPECT_EQ(refusal(options, kRoot), "");
  EXPECT_EQ(refusal(options, kOtherRoot),
            *options.signature + ": not of this text by key 64DE0D6009E0EA5D, or damaged");
  options.signature = write("signature", testing::kOtherSignifySignature);
  EXPECT_NE(refusal(options, kRoot), "");
}

TEST_F(RootTrustTest, FindsTheSignatureBesideTheImage) {
  TrustOptions options;
  options.pubkey = write("key.pub", testing::kMinisignKey);
  EXPECT_EQ(refusal(options, kRoot),
            image_ + ": no signature: there is neither .sig nor .minisig beside it");
  write("image.zst.minisig", testing::kMinisignSignature);
  EXPECT_EQ(refusal(options, kRoot), "");
  // The first of both counts, even where the second would do.
  write("image.zst.sig", testing::kSignifySignature);
  EXPECT_NE(refusal(options, kRoot), "");
}

TEST_F(RootTrustTest, RefusesContradictions) {
  EXPECT_EQ(refusal({.digest = kRoot, .pubkey = "key"}, kRoot),
            "digest and pubkey exclude each other");
  EXPECT_EQ(refusal({.digest = kRoot, .signature = "signature"}, kRoot), "signature needs pubkey");
  EXPECT_EQ(refusal({.signature = "signature"}, kRoot), "signature needs pubkey");
}

TEST_F(RootTrustTest, RefusesFilesThatAreNone) {
  TrustOptions options;
  options.signature = write("signature", testing::kSignifySignature);
  options.pubkey = path("missing");
  EXPECT_EQ(refusal(options, kRoot), *options.pubkey + ": No such file or directory");
  options.pubkey = "";
  EXPECT_EQ(refusal(options, kRoot), ": No such file or directory");
  options.pubkey = files_.path().string();
  EXPECT_EQ(refusal(options, kRoot), *options.pubkey + ": not a regular file");
  options.pubkey = path("fifo");
  ASSERT_EQ(::mkfifo(options.pubkey->c_str(), 0600), 0);
  EXPECT_EQ(refusal(options, kRoot), *options.pubkey + ": not a regular file");
  options.pubkey = write("key.pub", "RWQ");
  EXPECT_EQ(refusal(options, kRoot), *options.pubkey + ": line 1: has no end; the file is cut off");
}

TEST_F(RootTrustTest, RefusesLargeFiles) {
  TrustOptions options;
  options.signature = write("signature", testing::kSignifySignature);
  std::string key(testing::kSignifyKey);
  key.insert(key.find('\n'), kMaxKeyFileSize - key.size(), 'x');
  options.pubkey = write("key.pub", key);
  EXPECT_EQ(refusal(options, kRoot), "");
  key.insert(key.find('\n'), 1, 'x');
  write("key.pub", key);
  EXPECT_EQ(refusal(options, kRoot),
            *options.pubkey + ": exceeds the 16384 bytes that a key or signature may have");
}

}  // namespace
}  // namespace zvfs
