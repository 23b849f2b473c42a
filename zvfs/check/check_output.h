#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "zvfs/check/checker.h"

namespace zvfs {

/// Prints the findings of a check to stdout as they come. Not thread-safe.
class CheckOutput {
 public:
  virtual ~CheckOutput() = default;
  virtual void problem(std::string_view message) = 0;
  virtual void damaged_file(std::string_view path) = 0;  ///< Called after all problems.
  virtual void finish(const CheckReport& report, double seconds) = 0;
};

/// Prints a line for each problem, and one at the end. Borrows the path.
std::unique_ptr<CheckOutput> make_check_text(std::string_view image_path);

/// Prints one JSON object, piece by piece: image, problems, damaged_files, and the report's
/// numbers. Borrows the path.
std::unique_ptr<CheckOutput> make_check_json(std::string_view image_path);

}  // namespace zvfs
