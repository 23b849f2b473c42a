#pragma once

#include <cstdint>

#include "base/sandbox/sandbox.h"

namespace zvfs {

/// What the process that reads an archive with libarchive needs: the archive, a pipe, and memory
/// beside what the calling process has: archive_memory().
SandboxRules archive_sandbox_rules();

/// How much memory that process may take for an archive, in bytes, where the memory_limit() is
/// `limit_bytes`: half of it, so that an archive of a few kilobytes cannot take all; at most 6 GiB.
std::uint64_t archive_memory(std::uint64_t limit_bytes);

}  // namespace zvfs
