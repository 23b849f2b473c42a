#include "base/result.h"

#include <cerrno>
#include <system_error>

namespace zvfs {
namespace {

ErrorCode code_of(int error_number) {
  switch (error_number) {
    case ENOMEM:
      return ErrorCode::kNoMemory;
    case EMFILE:
    case ENFILE:
    case ENOSPC:
    case EDQUOT:
      return ErrorCode::kExhausted;
    default:
      return ErrorCode::kIo;
  }
}

}  // namespace

Unexpected fail_errno(int error_number, std::string_view message) {
  Error error{code_of(error_number), std::generic_category().message(error_number)};
  return Unexpected(message.empty() ? std::move(error) : std::move(error).within(message));
}

}  // namespace zvfs
