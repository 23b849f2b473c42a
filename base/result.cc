#include "base/result.h"

#include <exception>
#include <new>
#include <system_error>

namespace zvfs {

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
  Error error{ErrorCode::kIo, std::generic_category().message(error_number)};
  return Unexpected(message.empty() ? std::move(error) : std::move(error).within(message));
}

}  // namespace zvfs
