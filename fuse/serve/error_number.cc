#include "fuse/serve/error_number.h"

#include <cerrno>

namespace zvfs {

int error_number(const Error& error) {
  switch (error.code) {
    case ErrorCode::kNotFound:
      return ENOENT;
    case ErrorCode::kInvalidArgument:
      return EINVAL;
    case ErrorCode::kNoMemory:
      return ENOMEM;
    // An image that opened, and then says something that cannot be or that we cannot read.
    case ErrorCode::kCorrupt:
    case ErrorCode::kUnsupported:
    case ErrorCode::kTooLarge:
    case ErrorCode::kIo:
      return EIO;
  }
  return EIO;
}

}  // namespace zvfs
