#pragma once

#include "base/result.h"
#include "format/image.h"
#include "zvfs/extract/extract_options.h"
#include "zvfs/extract/extract_report.h"
#include "zvfs/walk/selection.h"

namespace zvfs {

/// Restores what `selection` chooses of `image` below a directory. What becomes of single files is
/// in `report`. One thread walks the tree and makes directories, and is at most a batch ahead of
/// those that decode frames and write files. Changes the process: its umask becomes 0, and it may
/// open more files.
/// Errors: Io (the directory); what ends the walk, unless the report has told it.
Result<void> extract_image(const Image& image, Selection& selection, const ExtractOptions& options,
                           ExtractReport& report);

}  // namespace zvfs
