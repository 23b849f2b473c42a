#include "trust/sha256.h"

#include <new>
#include <openssl/evp.h>

#include <fmt/core.h>

#include "trust/crypto_library.h"

namespace zvfs {
namespace {

// With prepared memory and a method that was fetched, OpenSSL's SHA-256 has no other way to fail.
void require(bool has_memory) {
  if (!has_memory) throw std::bad_alloc();
}

// Fetched once: OpenSSL 3 looks a method up by name each time that it is not told which.
const EVP_MD* method() {
  static EVP_MD* const fetched = [] {
    prepare_crypto_library();
    EVP_MD* const sha256 = EVP_MD_fetch(nullptr, "SHA2-256", nullptr);
    require(sha256 != nullptr);
    return sha256;
  }();
  return fetched;
}

}  // namespace

std::string to_text(const Sha256Digest& digest) {
  std::string text = "sha256:";
  for (const std::byte byte : digest) {
    text += fmt::format("{:02x}", static_cast<unsigned>(byte));
  }
  return text;
}

void Sha256::Free::operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }

Sha256::Sha256() : context_(EVP_MD_CTX_new()) {
  require(context_ != nullptr);
  begin();
}

void Sha256::begin() { require(EVP_DigestInit_ex2(context_.get(), method(), nullptr) == 1); }

void Sha256::update(ByteSpan bytes) {
  require(EVP_DigestUpdate(context_.get(), bytes.data(), bytes.size()) == 1);
}

Sha256Digest Sha256::finish() {
  Sha256Digest digest;
  require(EVP_DigestFinal_ex(context_.get(), reinterpret_cast<unsigned char*>(digest.data()),
                             nullptr) == 1);
  begin();
  return digest;
}

Sha256Digest Sha256::of(ByteSpan bytes) {
  Sha256 hash;
  hash.update(bytes);
  return hash.finish();
}

}  // namespace zvfs
