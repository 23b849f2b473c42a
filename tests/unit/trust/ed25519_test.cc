#include "trust/ed25519.h"

#include <algorithm>
#include <charconv>
#include <string_view>

#include <gtest/gtest.h>

#include "trust/blake2b.h"

namespace zvfs {
namespace {

template <typename Bytes>
Bytes from_hex(std::string_view digits) {
  Bytes bytes = {};
  EXPECT_EQ(digits.size(), 2 * bytes.size());
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    unsigned value = 0;
    std::from_chars(digits.data() + 2 * i, digits.data() + 2 * i + 2, value, 16);
    bytes[i] = static_cast<std::byte>(value);
  }
  return bytes;
}

// RFC 8032, 7.1, test 3.
const auto kKey =
    from_hex<Ed25519Key>("fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025");
const auto kSignature = from_hex<Ed25519Signature>(
    "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac"
    "18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a");
constexpr std::string_view kMessage = "\xaf\x82";

TEST(Ed25519, IsThatOfTheStandard) {
  EXPECT_TRUE(has_signed(kKey, kSignature, as_bytes(kMessage)));
  // Test 1, of nothing.
  EXPECT_TRUE(has_signed(
      from_hex<Ed25519Key>("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a"),
      from_hex<Ed25519Signature>(
          "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e06522490155"
          "5fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b"),
      {}));
}

TEST(Ed25519, RefusesEveryOtherBit) {
  for (std::size_t bit = 0; bit < 8 * kSignature.size(); ++bit) {
    Ed25519Signature signature = kSignature;
    signature[bit / 8] ^= std::byte{1} << bit % 8;
    EXPECT_FALSE(has_signed(kKey, signature, as_bytes(kMessage))) << bit;
  }
  for (std::size_t bit = 0; bit < 8 * kKey.size(); ++bit) {
    Ed25519Key key = kKey;
    key[bit / 8] ^= std::byte{1} << bit % 8;
    EXPECT_FALSE(has_signed(key, kSignature, as_bytes(kMessage))) << bit;
  }
}

TEST(Ed25519, RefusesOtherMessages) {
  for (const std::string_view message : {"", "\xaf", "\xaf\x83", "\xaf\x82 ", "\x82\xaf"}) {
    EXPECT_FALSE(has_signed(kKey, kSignature, as_bytes(message)));
  }
}

TEST(Blake2b, IsThatOfTheStandard) {
  // RFC 7693, appendix A.
  EXPECT_EQ(
      blake2b(as_bytes("abc")),
      from_hex<Blake2bDigest>("ba80a53f981c4d0d6a2797b69f12f6e94c212f14685ac4b74b12bb6fdbffa2d1"
                              "7d87c5392aab792dc252d5de4533cc9518d38aa8dbf1925ab92386edd4009923"));
}

}  // namespace
}  // namespace zvfs
