#include "base/warnings.h"

#include <utility>

namespace zvfs {

void Warnings::report(Warning::Severity severity, std::string_view path, std::string message) {
  {
    const MutexLock lock(mutex_);
    if (severity == Warning::Severity::kChanged) ++changed_;
    if (severity == Warning::Severity::kUnreadable) ++unreadable_;
  }
  if (listener_) listener_({severity, std::string(path), std::move(message)});
}

void Warnings::report_once(std::uint32_t key, Warning::Severity severity, std::string_view path,
                           std::string message) {
  {
    const MutexLock lock(mutex_);
    if (!reported_.insert(key).second) return;
  }
  report(severity, path, std::move(message));
}

std::uint64_t Warnings::changed() const {
  const MutexLock lock(mutex_);
  return changed_;
}

std::uint64_t Warnings::unreadable() const {
  const MutexLock lock(mutex_);
  return unreadable_;
}

}  // namespace zvfs
