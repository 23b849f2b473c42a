#include "fuse/serve/error_number.h"

#include <cerrno>

namespace zvfs {

int error_number(const Error& error) {
  switch (error.code) {
    case ErrorCode::kNotFound:
      return ENOENT;
    case ErrorCode::kInvalidArgument:
      return EINVAL;
    case ErrorCode::kTooLarge:
      return EOVERFLOW;  // of what the kernel has room for
    case ErrorCode::kNoMemory:
      return ENOMEM;
    case ErrorCode::kCancelled:
      return EINTR;
    // The image opened, but a part of it is invalid or cannot be read.
    case ErrorCode::kCorrupt:
    case ErrorCode::kUnsupported:
    case ErrorCode::kIo:
    case ErrorCode::kExhausted:
      return EIO;
  }
  return EIO;
}

}  // namespace zvfs
