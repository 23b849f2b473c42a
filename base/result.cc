#include "base/result.h"

#include <system_error>

namespace zvfs {

Unexpected fail_errno(int error_number, std::string_view message) {
  return fail(ErrorCode::kIo, "{}: {}", message, std::generic_category().message(error_number));
}

}  // namespace zvfs
