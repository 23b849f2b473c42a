#pragma once

#include <cstdint>

namespace zvfs {

/// Whether an image gets digests of its frames. Spec: docs/format.md, "Digests".
enum class DigestChoice : std::uint8_t { kWrite, kLeaveOut };

}  // namespace zvfs
