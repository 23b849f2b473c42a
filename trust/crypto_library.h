#pragma once

namespace zvfs {

/// Prepares OpenSSL's libcrypto; call it before anything else of that. Cheap after the first time.
/// Throws std::bad_alloc. Thread-safe.
void prepare_crypto_library();

}  // namespace zvfs
