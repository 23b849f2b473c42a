#include "trust/ed25519.h"

#include <memory>
#include <new>
#include <openssl/err.h>
#include <openssl/evp.h>

#include "trust/crypto_library.h"

namespace zvfs {
namespace {

struct FreeKey {
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
};

struct FreeContext {
  void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
};

const unsigned char* raw(const std::byte* bytes) {
  return reinterpret_cast<const unsigned char*>(bytes);
}

// Before a signature is looked at, only a lack of memory stops OpenSSL.
void check_memory(bool succeeded) {
  if (succeeded) return;
  ERR_clear_error();
  throw std::bad_alloc();
}

}  // namespace

bool has_signed(const Ed25519Key& key, const Ed25519Signature& signature, ByteSpan message) {
  prepare_crypto_library();
  const std::unique_ptr<EVP_PKEY, FreeKey> owner(
      EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, raw(key.data()), key.size()));
  check_memory(owner != nullptr);
  const std::unique_ptr<EVP_MD_CTX, FreeContext> context(EVP_MD_CTX_new());
  check_memory(context != nullptr);
  check_memory(EVP_DigestVerifyInit(context.get(), nullptr, nullptr, nullptr, owner.get()) == 1);
  const int verdict = EVP_DigestVerify(context.get(), raw(signature.data()), signature.size(),
                                       raw(message.data()), message.size());
  // A bad signature is no lack of memory, which OpenSSL reports in the same way.
  check_memory(verdict == 1 || ERR_GET_REASON(ERR_peek_last_error()) != ERR_R_MALLOC_FAILURE);
  ERR_clear_error();
  return verdict == 1;
}

}  // namespace zvfs
