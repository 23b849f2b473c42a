// Ed25519 (RFC 8032) by OpenSSL's EVP.
#pragma once

#include <array>
#include <cstddef>

#include "base/bytes.h"

namespace zvfs {

/// The 32 bytes of a public key, and the 64 of a signature.
using Ed25519Key = std::array<std::byte, 32>;
using Ed25519Signature = std::array<std::byte, 64>;

/// Whether `signature` is that of `message` by the owner of `key`. Any bytes may be given; those
/// that are no point of the curve have signed nothing. Throws std::bad_alloc. Thread-safe.
bool has_signed(const Ed25519Key& key, const Ed25519Signature& signature, ByteSpan message);

}  // namespace zvfs
