// Any text as a key file and any as a signature file of it, with zero bytes between them and before
// the text that is signed. If the first byte is odd, both are bytes that are put into base64 first,
// and so is the signature of the trusted comment, which follows the comment.
#include <algorithm>
#include <cstdlib>
#include <string>

#include "base/base64.h"
#include "trust/public_key.h"
#include "trust/signature.h"

namespace {

using namespace zvfs;

void require(bool condition) {
  if (!condition) std::abort();
}

// The text up to the next zero byte, which is taken off `rest`.
std::string take_part(std::string_view& rest) {
  const std::size_t end = std::min(rest.find('\0'), rest.size());
  const std::string part(rest.substr(0, end));
  rest.remove_prefix(std::min(end + 1, rest.size()));
  return part;
}

// At most `size` bytes, which may be zero.
std::string take_bytes(std::string_view& rest, std::size_t size) {
  const std::string bytes(rest.substr(0, std::min(size, rest.size())));
  rest.remove_prefix(bytes.size());
  return bytes;
}

std::string lines_of(std::string_view label, std::string_view comment, std::string_view bytes) {
  std::string lines(label);
  return lines.append(comment).append("\n").append(base64(bytes)).append("\n");
}

// What was verified for one text is not for another.
void take_files(const std::string& key_file, const std::string& signature_file,
                const std::string& text) {
  const auto key = PublicKey::parse(key_file);
  const auto signature = Signature::parse(signature_file);
  if (!key) require(key.error().code == ErrorCode::kInvalidArgument);
  if (!signature) require(signature.error().code == ErrorCode::kInvalidArgument);
  if (!key || !signature) return;
  if (!signature->verify(*key, text)) return;
  require(!signature->verify(*key, text + "x").has_value());
  PublicKey other = *key;
  other.id.value ^= 1;
  require(!signature->verify(other, text).has_value());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  std::string_view rest(reinterpret_cast<const char*>(data) + 1, size - 1);
  if (data[0] % 2 == 0) {
    const std::string key = take_part(rest);
    const std::string signature = take_part(rest);
    take_files(key, signature, std::string(rest));
    return 0;
  }
  constexpr std::string_view kUntrusted = "untrusted comment: ";
  const std::string key = lines_of(kUntrusted, "key", take_bytes(rest, 42));
  std::string signature = lines_of(kUntrusted, "signature", take_bytes(rest, 74));
  const std::string of_comment = take_bytes(rest, (data[0] & 2) != 0 ? 64 : 0);
  if (!of_comment.empty()) {
    const std::string comment = take_part(rest);
    signature += lines_of("trusted comment: ", comment, of_comment);
  }
  take_files(key, signature, std::string(rest));
  return 0;
}
