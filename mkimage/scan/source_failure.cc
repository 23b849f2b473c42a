#include "mkimage/scan/source_failure.h"

#include <cerrno>

namespace zvfs {

Unexpected fail_on_source(int error_number, std::string_view message) {
  if (error_number == ENOENT || error_number == ESTALE) {
    return fail(ErrorCode::kNotFound, "file removed before we read it");
  }
  return fail_errno(error_number, message);
}

Warning::Severity severity_of(const Error& error) {
  return error.code == ErrorCode::kNotFound ? Warning::Severity::kChanged
                                            : Warning::Severity::kUnreadable;
}

}  // namespace zvfs
