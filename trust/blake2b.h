// BLAKE2b (RFC 7693) by OpenSSL's EVP.
#pragma once

#include <array>
#include <cstddef>

#include "base/bytes.h"

namespace zvfs {

/// The 64 bytes of a BLAKE2b-512 hash without a key.
using Blake2bDigest = std::array<std::byte, 64>;

/// The hash of `bytes`. Throws std::bad_alloc. Thread-safe.
Blake2bDigest blake2b(ByteSpan bytes);

}  // namespace zvfs
