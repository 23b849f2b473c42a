#include "zvfs/extract/piecewise_file.h"

#include <utility>

namespace zvfs {

Result<int> PiecewiseFile::open_once(const Open& open) {
  {
    const MutexLock lock(mutex_);
    while (state_ == State::kOpening) opened_.wait(mutex_);
    if (state_ == State::kOpen) return file_.fd();
    state_ = State::kOpening;
  }
  // Waiting threads continue whatever happens.
  struct Opening {
    PiecewiseFile& file;
    NewFile made = {};
    ~Opening() {
      const MutexLock lock(file.mutex_);
      file.file_ = std::move(made);
      file.state_ = State::kOpen;
      file.opened_.notify_all();
    }
  } opening{*this};
  opening.made = ZVFS_TRY(open());
  return opening.made.fd();
}

NewFile PiecewiseFile::close() noexcept {
  const MutexLock lock(mutex_);
  return std::exchange(file_, NewFile());
}

}  // namespace zvfs
