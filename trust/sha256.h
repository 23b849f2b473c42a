#pragma once

#include <array>
#include <cstddef>
#include <memory>
#include <string>

#include "base/bytes.h"

struct evp_md_ctx_st;

namespace zvfs {

/// The 32 bytes of a SHA-256 hash (FIPS 180-4).
using Sha256Digest = std::array<std::byte, 32>;

/// "sha256:" and 64 lower-case hexadecimal digits, as OCI writes digests.
std::string to_text(const Sha256Digest& digest);

/// SHA-256 of bytes that come in pieces, by OpenSSL's EVP, which uses the processor's instructions
/// for it. All members throw std::bad_alloc. Not thread-safe; several objects are.
class Sha256 {
 public:
  Sha256();

  void update(ByteSpan bytes);
  /// The digest of all bytes since the first or since the last call, which begins anew.
  Sha256Digest finish();

  static Sha256Digest of(ByteSpan bytes);

 private:
  void begin();

  struct Free {
    void operator()(evp_md_ctx_st* context) const;
  };
  std::unique_ptr<evp_md_ctx_st, Free> context_;
};

}  // namespace zvfs
