#pragma once

#include "base/result.h"
#include "format/image.h"
#include "zvfs/extract/tar_sink.h"
#include "zvfs/walk/selection.h"

namespace zvfs {

/// Writes the decoded stream of `image`, which is a tar archive, byte for byte.
/// Errors: Corrupt, Io (a frame); those of `write`.
Result<void> export_stream(const Image& image, const TarExport& to);

/// Writes a tar archive of what `selection` chooses of `image`, and of what lies below that. Its
/// members are made from the index, as mkimage makes them: so only the frames that hold their data
/// are decoded, and of a hard-linked file the first name that is chosen has the data. Sockets,
/// which tar cannot hold, are left out with a message. False when something could not be read,
/// which is told, and is left out. Errors: Corrupt, Io (data that was begun); those of `write`.
Result<bool> export_selected(const Image& image, Selection& selection, const TarExport& to);

}  // namespace zvfs
