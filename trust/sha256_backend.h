#pragma once

#include <string>

namespace zvfs {

/// What computes SHA-256 here, for people: the version of OpenSSL, and the processor's instructions
/// that it uses, as in "OpenSSL 3.0.17 (sha-ni)"; "(no instructions)" without any.
std::string sha256_backend();

}  // namespace zvfs
