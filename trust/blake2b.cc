#include "trust/blake2b.h"

#include <new>
#include <openssl/evp.h>

#include "trust/crypto_library.h"

namespace zvfs {

Blake2bDigest blake2b(ByteSpan bytes) {
  prepare_crypto_library();
  Blake2bDigest digest;
  const int succeeded =
      EVP_Digest(bytes.data(), bytes.size(), reinterpret_cast<unsigned char*>(digest.data()),
                 nullptr, EVP_blake2b512(), nullptr);
  if (succeeded != 1) throw std::bad_alloc();  // nothing else stops it
  return digest;
}

}  // namespace zvfs
