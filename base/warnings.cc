#include "base/warnings.h"

#include <cerrno>
#include <utility>

namespace zvfs {

Unexpected fail_on_source(int error_number, std::string_view message) {
  if (error_number == ENOENT || error_number == ESTALE) {
    return fail(ErrorCode::kNotFound, "file removed before we read it");
  }
  return fail_errno(error_number, message);
}

Warning::Severity severity_of(const Error& error) {
  using Severity = Warning::Severity;
  return error.code == ErrorCode::kNotFound ? Severity::kChanged : Severity::kUnreadable;
}

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
