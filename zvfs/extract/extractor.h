#pragma once

#include "base/result.h"
#include "format/image.h"
#include "zvfs/extract/extract_options.h"
#include "zvfs/extract/extract_report.h"
#include "zvfs/walk/selection.h"

namespace zvfs {

/// Restores the files of `image` that `selection` chooses to a directory. The fate of single files
/// goes to `report`. One thread walks the tree and makes directories, at most one batch ahead of
/// the threads that decode frames and write files. Changes the process: its umask becomes 0, and
/// its limit of open files may grow. Errors: Io (the directory); an error that ends the walk,
/// unless it is in the report.
Result<void> extract_image(const Image& image, Selection& selection, const ExtractOptions& options,
                           ExtractReport& report);

}  // namespace zvfs
