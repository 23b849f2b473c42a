#pragma once

#include <functional>
#include <string_view>

#include "base/result.h"
#include "base/warnings.h"
#include "mkimage/build_options.h"
#include "mkimage/report/progress.h"
#include "mkimage/report/report.h"

namespace zvfs {

/// How a caller watches a build. The listeners may be empty; any thread may call them.
struct BuildMonitor {
  Progress progress;
  Warnings::Listener on_warning;
  /// Gets the members' names, quoted, one per line, as they are written.
  std::function<void(std::string_view names)> on_names;
};

/// Builds an image of a directory or an archive. The image depends on the source, the encoder and
/// the bounds, but not on the number of threads. On an error there is no new file, and an old one
/// is unchanged. Warnings about single files are not errors: see BuildReport. Thread-safe. Errors:
/// InvalidArgument (an option; the target exists), Io, TooLarge, NoMemory.
Result<BuildReport> build_image(const BuildOptions& options, BuildMonitor& monitor);

}  // namespace zvfs
