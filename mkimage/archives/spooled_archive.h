#pragma once

#include "base/result.h"
#include "base/warnings.h"
#include "mkimage/archives/byte_stream.h"
#include "mkimage/report/progress.h"
#include "tar/index_extras.h"
#include "tree/tree.h"

namespace zvfs {

/// Takes a tar archive apart so that its members can be packed in another order: makes `tree`,
/// which must be empty, what extraction would make of it (see TarIndexer), and keeps the whole
/// archive in a temporary file, of which the tree's places tell where the data of files lies. The
/// tree is finished then, and FileReader reads its files. Errors: those of the stream and of
/// TarIndexer; Io (no room for the file).
Result<void> spool_archive(ByteStream& stream, Tree& tree, IndexExtras& index_extras,
                           Warnings& warnings, Progress& progress);

}  // namespace zvfs
