#include "trust/signature.h"

#include <algorithm>

#include "trust/blake2b.h"

namespace zvfs {
namespace {

constexpr std::string_view kOfText = "Ed";  // signify's, and minisign's of the option -l
constexpr std::string_view kOfHash = "ED";  // minisign's
constexpr std::size_t kAlgorithmSize = 2;
constexpr std::size_t kSignatureSize = kAlgorithmSize + sizeof(KeyId) + sizeof(Ed25519Signature);

Ed25519Signature take_signature(ByteReader& reader) {
  Ed25519Signature signature;
  std::ranges::copy(reader.take(signature.size()), signature.begin());
  return signature;
}

}  // namespace

// signify writes two lines, minisign four: a file of it that has lost two is damaged.
Result<Signature> Signature::parse(std::string_view text) {
  KeyText lines(text);
  ZVFS_TRY(lines.comment("untrusted comment: "));
  const std::string bytes = ZVFS_TRY(lines.bytes(kSignatureSize, "a signature"));
  ByteReader reader(as_bytes(bytes));
  const std::string_view algorithm = as_text(reader.take(kAlgorithmSize));
  if (algorithm != kOfText && algorithm != kOfHash) {
    return fail(ErrorCode::kInvalidArgument,
                "line 2: not an Ed25519 signature of signify or minisign");
  }
  Signature parsed;
  parsed.is_of_hash_ = algorithm == kOfHash;
  parsed.id_.value = reader.u64();
  parsed.signature_ = take_signature(reader);
  if (lines.is_at_end() && !parsed.is_of_hash_) return parsed;
  const std::string_view comment = ZVFS_TRY(lines.comment("trusted comment: "));
  const std::string of_comment =
      ZVFS_TRY(lines.bytes(sizeof(Ed25519Signature), "a signature of the comment"));
  ZVFS_TRY(lines.require_end());
  ByteReader comment_reader(as_bytes(of_comment));
  parsed.comment_ = TrustedComment{std::string(comment), take_signature(comment_reader)};
  return parsed;
}

bool Signature::is_of(const PublicKey& key, std::string_view text) const {
  if (!is_of_hash_) return has_signed(key.key, signature_, as_bytes(text));
  return has_signed(key.key, signature_, blake2b(as_bytes(text)));
}

bool Signature::comment_is_of(const PublicKey& key) const {
  std::string signed_bytes(as_text(signature_));
  signed_bytes += comment_->text;
  return has_signed(key.key, comment_->signature, as_bytes(signed_bytes));
}

Result<void> Signature::verify(const PublicKey& key, std::string_view text) const {
  if (id_ != key.id) {
    return fail(ErrorCode::kCorrupt, "made by key {}, not by the public key's {}", id_.text(),
                key.id.text());
  }
  if (!is_of(key, text)) {
    return fail(ErrorCode::kCorrupt, "not of this text by key {}, or damaged", id_.text());
  }
  if (comment_ && !comment_is_of(key)) {
    return fail(ErrorCode::kCorrupt, "the trusted comment was not signed by key {}", id_.text());
  }
  return {};
}

}  // namespace zvfs
