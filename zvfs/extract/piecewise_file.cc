#include "zvfs/extract/piecewise_file.h"

#include <utility>

namespace zvfs {

Result<int> PiecewiseFile::open_once(const Open& open) {
  {
    const MutexLock lock(mutex_);
    while (state_ == State::kOpening) opened_.wait(mutex_);
    if (state_ == State::kOpen) return fd_.get();
    state_ = State::kOpening;
  }
  // Waiting threads continue whatever happens.
  struct Opening {
    PiecewiseFile& file;
    UniqueFd fd = {};
    ~Opening() {
      const MutexLock lock(file.mutex_);
      file.fd_ = std::move(fd);
      file.state_ = State::kOpen;
      file.opened_.notify_all();
    }
  } opening{*this};
  opening.fd = ZVFS_TRY(open());
  return opening.fd.get();
}

UniqueFd PiecewiseFile::close() {
  const MutexLock lock(mutex_);
  return std::exchange(fd_, UniqueFd());
}

}  // namespace zvfs
