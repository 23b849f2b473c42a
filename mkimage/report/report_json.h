#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "mkimage/report/report.h"
#include "mkimage/report/warning_log.h"

namespace zvfs {

/// How a build ended, for a report.
struct BuildEnd {
  std::string_view image;             ///< Its path.
  const Result<BuildReport>& report;  ///< Or why there is no image.
  const WarningLog& warnings;
  int exit_status;
};

/// The JSON report: an object, indented, and a newline. Sizes are in bytes, times in seconds.
std::string report_json(const BuildEnd& end);

}  // namespace zvfs
