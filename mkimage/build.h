#pragma once

#include <functional>
#include <string_view>

#include "base/result.h"
#include "base/warnings.h"
#include "mkimage/build_options.h"
#include "mkimage/report/progress.h"
#include "mkimage/report/report.h"

namespace zvfs {

/// How a caller watches a build. The listeners may be empty, and are called by any thread.
struct BuildMonitor {
  Progress progress;
  Warnings::Listener on_warning;
  /// Gets the members' names, quoted, one a line, when they are written.
  std::function<void(std::string_view names)> on_names;
};

/// Builds an image of a directory or an archive. The image depends on the source, on encoder and
/// bounds, not on the number of threads. On an error there is no new file, and an old one is as it
/// was. Warnings with single files are no errors: see BuildReport. Thread-safe. Errors:
/// InvalidArgument (an option; the target exists), Io, TooLarge, NoMemory.
Result<BuildReport> build_image(const BuildOptions& options, BuildMonitor& monitor);

}  // namespace zvfs
