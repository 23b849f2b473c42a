#include "trust/public_key.h"

#include <algorithm>

namespace zvfs {
namespace {

constexpr std::string_view kEd25519Name = "Ed";
constexpr std::size_t kPublicKeySize = kEd25519Name.size() + sizeof(KeyId) + sizeof(Ed25519Key);

}  // namespace

Result<PublicKey> PublicKey::parse(std::string_view text) {
  KeyText lines(text);
  ZVFS_TRY(lines.comment("untrusted comment: "));
  const std::string bytes = ZVFS_TRY(lines.bytes(kPublicKeySize, "a public key"));
  ZVFS_TRY(lines.require_end());
  ByteReader reader(as_bytes(bytes));
  if (as_text(reader.take(kEd25519Name.size())) != kEd25519Name) {
    return fail(ErrorCode::kInvalidArgument, "line 2: not an Ed25519 key of signify or minisign");
  }
  PublicKey parsed;
  parsed.id.value = reader.u64();
  std::ranges::copy(reader.take(parsed.key.size()), parsed.key.begin());
  return parsed;
}

}  // namespace zvfs
