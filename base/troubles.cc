#include "base/troubles.h"

#include <utility>

namespace zvfs {

void Troubles::report(Trouble::Severity severity, std::string_view path, std::string message) {
  {
    const MutexLock lock(mutex_);
    if (severity == Trouble::Severity::kChanged) ++changed_;
    if (severity == Trouble::Severity::kUnreadable) ++unreadable_;
  }
  if (listener_) listener_({severity, std::string(path), std::move(message)});
}

void Troubles::report_once(std::uint32_t key, Trouble::Severity severity, std::string_view path,
                           std::string message) {
  {
    const MutexLock lock(mutex_);
    if (!reported_.insert(key).second) return;
  }
  report(severity, path, std::move(message));
}

std::uint64_t Troubles::changed() const {
  const MutexLock lock(mutex_);
  return changed_;
}

std::uint64_t Troubles::unreadable() const {
  const MutexLock lock(mutex_);
  return unreadable_;
}

}  // namespace zvfs
