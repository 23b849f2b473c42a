#include "trust/sha256.h"

#include <string>

#include <gtest/gtest.h>

#include "trust/root_digest.h"

namespace zvfs {
namespace {

std::string hash(std::string_view text) { return RootDigest{Sha256::of(as_bytes(text))}.text(); }

// The examples of FIPS 180-2, appendix B, and the hash of nothing.
constexpr std::string_view kAbc = "abc";
constexpr std::string_view kOfAbc =
    "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

TEST(Sha256, IsThatOfTheStandard) {
  EXPECT_EQ(hash(kAbc), kOfAbc);
  EXPECT_EQ(hash("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"),
            "sha256:248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
  EXPECT_EQ(hash(std::string(1'000'000, 'a')),
            "sha256:cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
  EXPECT_EQ(hash(""), "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

TEST(Sha256, TakesBytesInPiecesAndBeginsAnew) {
  Sha256 hash;
  for (int i = 0; i < 3; ++i) {
    for (const char& c : kAbc) hash.update(as_bytes(std::string_view(&c, 1)));
    EXPECT_EQ(RootDigest{hash.finish()}.text(), kOfAbc);
  }
}

TEST(RootDigest, ReadsWhatItWrites) {
  EXPECT_EQ(RootDigest::parse(kOfAbc).value(), RootDigest{Sha256::of(as_bytes(kAbc))});
  std::string upper(kOfAbc);
  for (std::size_t i = 7; i < upper.size(); ++i) upper[i] = static_cast<char>(toupper(upper[i]));
  EXPECT_EQ(RootDigest::parse(upper).value(), RootDigest{Sha256::of(as_bytes(kAbc))});
  EXPECT_EQ(RootDigest{}.signed_text(), "zvfs-root sha256:" + std::string(64, '0') + "\n");
}

TEST(RootDigest, RefusesAllElse) {
  const std::string good(kOfAbc);
  for (const std::string& text :
       {std::string(), std::string("sha256:"), good.substr(7), "sha512:" + good.substr(7),
        good + "0", good.substr(0, good.size() - 1), good.substr(0, good.size() - 1) + "g",
        "sha256:-1" + good.substr(9), "sha256: 1" + good.substr(9), "SHA256:" + good.substr(7)}) {
    const auto digest = RootDigest::parse(text);
    ASSERT_FALSE(digest) << text;
    EXPECT_EQ(digest.error().code, ErrorCode::kInvalidArgument);
    EXPECT_NE(digest.error().message.find("give sha256: and 64 hexadecimal digits"),
              std::string::npos);
  }
}

}  // namespace
}  // namespace zvfs
