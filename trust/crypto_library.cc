#include "trust/crypto_library.h"

#include <new>
#include <openssl/crypto.h>

namespace zvfs {

// openssl.cnf is not read. It may be missing in a sandbox, and what it says is not for us.
// If there was no memory for its default context, OpenSSL 3.0 uses it nevertheless, and crashes.
void prepare_crypto_library() {
  const bool is_ready = OPENSSL_init_crypto(OPENSSL_INIT_NO_LOAD_CONFIG, nullptr) == 1 &&
                        OSSL_LIB_CTX_get0_global_default() != nullptr;
  if (!is_ready) throw std::bad_alloc();
}

}  // namespace zvfs
