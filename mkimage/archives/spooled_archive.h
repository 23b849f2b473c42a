#pragma once

#include "base/result.h"
#include "base/warnings.h"
#include "mkimage/archives/byte_stream.h"
#include "mkimage/report/progress.h"
#include "tar/index_extras.h"
#include "tree/tree.h"

namespace zvfs {

/// Takes a tar archive apart so that its members can be packed in another order. Fills `tree`,
/// which must be empty, with what extraction would make (see TarIndexer), and finishes it. Keeps
/// the whole archive in a temporary file; the tree's places say where the data of files lies there,
/// so that FileReader can read it. Errors: those of the stream and of TarIndexer; Io (no space for
/// the file).
Result<void> spool_archive(ByteStream& stream, Tree& tree, IndexExtras& index_extras,
                           Warnings& warnings, Progress& progress);

}  // namespace zvfs
