#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "zvfs/check/checker.h"

namespace zvfs {

/// Shows on stdout what a check finds, as it finds it. Not thread-safe.
class CheckOutput {
 public:
  virtual ~CheckOutput() = default;
  virtual void problem(std::string_view message) = 0;
  virtual void damaged_file(std::string_view path) = 0;  ///< After all problems.
  virtual void finish(const CheckReport& report, double seconds) = 0;
};

/// A line for each problem, and one at the end. Borrows the path.
std::unique_ptr<CheckOutput> make_check_text(std::string_view image_path);

/// One JSON object, written piece by piece: image, problems, damaged_files, and the report's
/// numbers. Borrows the path.
std::unique_ptr<CheckOutput> make_check_json(std::string_view image_path);

}  // namespace zvfs
