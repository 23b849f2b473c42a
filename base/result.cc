#include "base/result.h"

#include <cerrno>
#include <exception>
#include <new>
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

Error caught_error() noexcept {
  try {
    throw;
  } catch (const std::bad_alloc&) {
    return out_of_memory();
  } catch (const std::exception& exception) {
    try {
      return {ErrorCode::kIo, exception.what()};
    } catch (const std::bad_alloc&) {
      return out_of_memory();
    }
  } catch (...) {
    return {ErrorCode::kIo, "unknown error"};
  }
}

Unexpected fail_errno(int error_number, std::string_view message) {
  Error error{code_of(error_number), std::generic_category().message(error_number)};
  return Unexpected(message.empty() ? std::move(error) : std::move(error).within(message));
}

}  // namespace zvfs
