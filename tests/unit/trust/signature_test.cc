#include "trust/signature.h"

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "base/base64.h"
#include "tests/support/signature_vectors.h"
#include "trust/root_digest.h"

namespace zvfs {
namespace {

using namespace testing;  // the vectors

struct Case {
  std::string_view key;
  std::string_view signature;
};

constexpr Case kCases[] = {{kSignifyKey, kSignifySignature},
                           {kOtherSignifyKey, kOtherSignifySignature},
                           {kMinisignKey, kMinisignSignature},
                           {kMinisignKey, kMinisignSignatureAgain},
                           {kMinisignKey, kMinisignLegacySignature}};

// The message of the error with which a text is not accepted as signed; "" if it is.
std::string refusal(std::string_view key, std::string_view signature,
                    std::string_view text = kSignedText) {
  const auto parsed_key = PublicKey::parse(key);
  if (!parsed_key) return parsed_key.error().message;
  const auto parsed = Signature::parse(signature);
  if (!parsed) return parsed.error().message;
  const auto verified = parsed->verify(*parsed_key, text);
  return verified ? "" : verified.error().message;
}

std::string replaced(std::string_view text, std::string_view what, std::string_view by) {
  std::string result(text);
  const std::size_t at = result.find(what);
  EXPECT_NE(at, std::string::npos) << what;
  return result.replace(at, what.size(), by);
}

// A file whose second line holds other bytes.
std::string with_bytes(std::string_view text, std::size_t at, std::string_view bytes) {
  const std::size_t begin = text.find('\n') + 1;
  const std::string_view line = text.substr(begin, text.find('\n', begin) - begin);
  std::string blob = decode_base64(line).value();
  blob.replace(at, bytes.size(), bytes);
  return replaced(text, line, base64(blob));
}

std::vector<std::size_t> line_starts(std::string_view text) {
  std::vector<std::size_t> starts = {0};
  for (std::size_t i = 0; i + 1 < text.size(); ++i) {
    if (text[i] == '\n') starts.push_back(i + 1);
  }
  return starts;
}

TEST(Signature, IsOfTheTextByTheKey) {
  for (const Case& good : kCases) EXPECT_EQ(refusal(good.key, good.signature), "");
  EXPECT_EQ(refusal(kSignifyKey, kSignifySignatureOfOther, kOtherSignedText), "");
}

TEST(Signature, SignsWhatARootSaysOfItself) {
  EXPECT_EQ(RootDigest{Sha256::of(as_bytes("abc"))}.signed_text(), kSignedText);
  EXPECT_EQ(RootDigest{Sha256::of({})}.signed_text(), kOtherSignedText);
}

TEST(Signature, IsOfNothingElse) {
  std::string longer(kSignedText);
  longer += '\n';
  for (const Case& good : kCases) {
    for (std::size_t size = 0; size < kSignedText.size(); ++size) {
      EXPECT_NE(refusal(good.key, good.signature, kSignedText.substr(0, size)), "");
    }
    EXPECT_NE(refusal(good.key, good.signature, longer), "");
    EXPECT_NE(refusal(good.key, good.signature, " " + std::string(kSignedText)), "");
    EXPECT_EQ(refusal(good.key, good.signature, kOtherSignedText).substr(0, 24),
              "not of this text by key ");
  }
  EXPECT_NE(refusal(kSignifyKey, kSignifySignatureOfOther), "");
}

TEST(Signature, NamesTheKeysThatDiffer) {
  EXPECT_EQ(refusal(kSignifyKey, kOtherSignifySignature),
            "made by key B3E6FE52139EE34E, not by the public key's 64DE0D6009E0EA5D");
  EXPECT_EQ(refusal(kMinisignKey, kSignifySignature),
            "made by key 64DE0D6009E0EA5D, not by the public key's 7A13FA9AA1B90A29");
}

// The number of a key is no secret: another key may have it.
TEST(Signature, IsNotByAnotherKeyOfTheSameNumber) {
  const std::string_view id = "\x5d\xea\xe0\x09\x60\x0d\xde\x64";
  EXPECT_EQ(refusal(with_bytes(kOtherSignifyKey, 2, id), kSignifySignature),
            "not of this text by key 64DE0D6009E0EA5D, or damaged");
}

TEST(Signature, DependsOnEachByteOfBothFiles) {
  for (const Case& good : kCases) {
    for (const std::size_t start : line_starts(good.signature)) {
      // Everything counts but the untrusted comment behind its label.
      const std::size_t label = start == 0 ? std::string_view("untrusted comment: ").size() : 0;
      const std::size_t end = good.signature.find('\n', start);
      for (std::size_t i = start; i <= (label > 0 ? label - 1 : end); ++i) {
        for (const char c : {'A', 'B', '/', '=', '\n', '\0', '\x80'}) {
          std::string changed(good.signature);
          if (changed[i] == c) continue;
          changed[i] = c;
          EXPECT_NE(refusal(good.key, changed), "") << i << ": " << changed;
        }
      }
    }
    const std::size_t second = good.key.find('\n') + 1;
    for (std::size_t i = second; i < good.key.size(); ++i) {
      std::string changed(good.key);
      changed[i] = changed[i] == 'A' ? 'B' : 'A';
      EXPECT_NE(refusal(changed, good.signature), "") << i << ": " << changed;
    }
  }
}

TEST(Signature, IsWholeOrNothing) {
  for (const Case& good : kCases) {
    for (std::size_t size = 0; size < good.signature.size(); ++size) {
      const std::string_view cut = good.signature.substr(0, size);
      const std::string message = refusal(good.key, cut);
      // Without the comment and its signature, minisign's legacy form is that of signify.
      const bool is_signify = good.signature == kMinisignLegacySignature &&
                              line_starts(cut).size() == 2 && cut.ends_with('\n');
      EXPECT_EQ(message.empty(), is_signify) << cut;
    }
    for (std::size_t size = 0; size < good.key.size(); ++size) {
      EXPECT_NE(refusal(good.key.substr(0, size), good.signature), "");
    }
  }
}

TEST(Signature, HasNothingBehindIt) {
  for (const Case& good : kCases) {
    for (const std::string_view more :
         std::initializer_list<std::string_view>{"\n", " ", "x\n", kSignedText, kSignifyKey}) {
      EXPECT_NE(refusal(good.key, std::string(good.signature) + std::string(more)), "");
      EXPECT_NE(refusal(std::string(good.key) + std::string(more), good.signature), "");
    }
  }
}

TEST(Signature, ProvesTheTrustedComment) {
  const std::string message = "the trusted comment was not signed by key 7A13FA9AA1B90A29";
  EXPECT_EQ(refusal(kMinisignKey, replaced(kMinisignSignature, "version 7", "version 8")), message);
  EXPECT_EQ(refusal(kMinisignKey, replaced(kMinisignSignature, "version 7", "version 7 ")),
            message);
  // A comment and its signature from another file.
  const auto third_line = [](std::string_view text) { return line_starts(text)[2]; };
  std::string mixed(kMinisignLegacySignature.substr(0, third_line(kMinisignLegacySignature)));
  mixed += kMinisignSignature.substr(third_line(kMinisignSignature));
  EXPECT_EQ(refusal(kMinisignKey, mixed), message);
}

TEST(Signature, SaysWhatIsWrongWithAFile) {
  EXPECT_EQ(refusal("", kSignifySignature), "line 1: missing; expected 'untrusted comment: '");
  EXPECT_EQ(refusal("a comment\n", ""), "line 1: does not begin with 'untrusted comment: '");
  EXPECT_EQ(refusal("untrusted comment: a\n", ""), "line 2: missing; expected a public key");
  EXPECT_EQ(refusal("untrusted comment: a\n!!!\n", ""),
            "line 2: not base64; expected a public key");
  EXPECT_EQ(refusal("untrusted comment: a\nAAAA\n", ""),
            "line 2: 3 bytes in base64; a public key has 42");
  EXPECT_EQ(refusal("untrusted comment: a\nAAAA", ""), "line 2: has no end; the file is cut off");
  EXPECT_EQ(refusal(kSignifySignature, kSignifyKey),
            "line 2: 74 bytes in base64; a public key has 42");
  EXPECT_EQ(refusal(kSignifyKey, kSignifyKey), "line 2: 42 bytes in base64; a signature has 74");
  EXPECT_EQ(refusal(with_bytes(kSignifyKey, 0, "EC"), kSignifySignature),
            "line 2: not an Ed25519 key of signify or minisign");
  EXPECT_EQ(refusal(kSignifyKey, with_bytes(kSignifySignature, 0, "ec")),
            "line 2: not an Ed25519 signature of signify or minisign");
  EXPECT_EQ(refusal(kSignifyKey, with_bytes(kSignifySignature, 0, "ED")),
            "line 3: missing; expected 'trusted comment: '");
  EXPECT_EQ(refusal(std::string(kSignifyKey) + "\n", ""), "line 3: nothing may follow line 2");
}

// As editors of Windows save them.
TEST(Signature, MayHaveLinesOfWindows) {
  std::string windows;
  for (const char c : kMinisignSignature) windows += c == '\n' ? "\r\n" : std::string(1, c);
  EXPECT_EQ(refusal(kMinisignKey, windows), "");
}

}  // namespace
}  // namespace zvfs
