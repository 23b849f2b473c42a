#pragma once

#include <cstdint>
#include <memory>

#include "base/result.h"
#include "base/warnings.h"
#include "mkimage/archives/byte_stream.h"
#include "mkimage/report/progress.h"
#include "mkimage/rules/entry_rules.h"
#include "tar/index_extras.h"

namespace zvfs {

/// Whether a tar that no rule changes stays byte for byte.
enum class TarBytes : std::uint8_t { kKeep, kRewrite };

/// How to read an archive, and where to report on it.
struct ArchiveSetup {
  const EntryRules& rules;
  TarBytes tar_bytes = TarBytes::kKeep;
  IndexExtras& index_extras;  ///< Gets what the stream cannot hold.
  Warnings& warnings;
  Progress& progress;
  bool tells_sandbox = false;  ///< Whether to note what the kernel lacks for the sandbox.
};

/// Opens the archive in a file or pipe as a tar stream. A tar stays as it is, unless rules change
/// entries or it is to be rewritten; so does the tar in a Debian package. Any other archive that
/// libarchive reads is converted, by a process in a sandbox; through a pipe or compressed, it goes
/// to an unnamed temporary file first. So is cpio, but by this process and at once. Borrows all;
/// reads `fd` from its current offset. If a file ends in an image, what only its index holds is
/// taken, too; bytes before the image are skipped unless they are a tar. Errors: Io, Corrupt (not
/// an archive, or one damaged from the start).
Result<std::unique_ptr<ByteStream>> open_archive(int fd, const ArchiveSetup& setup);

}  // namespace zvfs
