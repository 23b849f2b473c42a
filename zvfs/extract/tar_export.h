#pragma once

#include "base/result.h"
#include "format/image.h"
#include "zvfs/extract/tar_sink.h"
#include "zvfs/walk/selection.h"

namespace zvfs {

/// Writes the decoded stream of `image`, which is a tar archive, byte for byte.
/// Errors: Corrupt, Io (a frame); those of `write`.
Result<void> export_stream(const Image& image, const TarExport& to);

/// Writes a tar archive of the entries of `image` that `selection` chooses, and everything below
/// them. Its members are made from the index, as mkimage makes them, so only the frames that hold
/// their data are decoded. The first chosen name of a hard-linked file carries the data. Sockets,
/// which tar cannot store, are left out with a message. So is anything that cannot be read; the
/// result is then false. Errors: Corrupt, Io (in the middle of a file's data); those of `write`.
Result<bool> export_selected(const Image& image, Selection& selection, const TarExport& to);

}  // namespace zvfs
