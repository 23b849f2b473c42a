#include "zvfs/extract/new_file.h"

#include <cerrno>
#include <unistd.h>

namespace zvfs {

NewFile::~NewFile() {
  if (fd_.is_open()) ::unlinkat(directory_->get(), name_.c_str(), 0);
}

Result<void> NewFile::keep() {
  const int closed = ::close(fd_.release());
  if (closed == 0 || errno == EINTR) return {};  // Linux closes it before it can be interrupted
  const int error_number = errno;
  ::unlinkat(directory_->get(), name_.c_str(), 0);
  return fail_errno(error_number, "cannot write");
}

}  // namespace zvfs
