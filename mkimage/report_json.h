#pragma once

#include <string>
#include <string_view>

#include "mkimage/report.h"

namespace zvfs {

/// The report for programs: a JSON object, indented, and a newline. Sizes are in bytes, times in
/// seconds. `image` is the path of the image.
std::string report_json(const BuildReport& report, std::string_view image);

}  // namespace zvfs
