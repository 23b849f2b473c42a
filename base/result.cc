#include "base/result.h"

#include <system_error>

namespace zvfs {

Unexpected fail_errno(int error_number, std::string_view message) {
  Error error{ErrorCode::kIo, std::generic_category().message(error_number)};
  return Unexpected(message.empty() ? std::move(error) : std::move(error).within(message));
}

}  // namespace zvfs
