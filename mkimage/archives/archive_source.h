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

/// Whether a tar that no rule changes stays as it is, byte for byte.
enum class TarBytes : std::uint8_t { kKeep, kRewrite };

/// How an archive is read, and what is told of it.
struct ArchiveSetup {
  const EntryRules& rules;
  TarBytes tar_bytes = TarBytes::kKeep;
  IndexExtras& index_extras;  ///< Gets what the stream cannot say.
  Warnings& warnings;
  Progress& progress;
};

/// The archive that a file or pipe holds, as a tar stream: a tar as it is, unless rules change
/// entries or it is to be rewritten; that in a Debian package likewise; any other archive that
/// libarchive reads converted. Formats with their directory at the end, when they come through a
/// pipe, are kept in a temporary file without a name. Borrows all; `fd` is read from where it
/// stands. Of a file that ends in an image also what is in its index alone is taken, and what
/// precedes the image passed over if it is no archive.
/// Errors: Io, Corrupt (no archive, or one that is damaged from the start).
Result<std::unique_ptr<ByteStream>> open_archive(int fd, const ArchiveSetup& setup);

}  // namespace zvfs
