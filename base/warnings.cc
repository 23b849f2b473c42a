#include "base/warnings.h"

#include <cerrno>
#include <utility>

#include "base/quoting.h"

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
  if (listener_) listener_({severity, shortened_name(path), std::move(message)});
}

void Warnings::report(std::string_view path, const Error& error) {
  if (!keep_if_of_system(path, error)) report(severity_of(error), path, error.message);
}

bool Warnings::keep_if_of_system(std::string_view path, const Error& error) {
  if (!is_of_system(error)) return false;
  const MutexLock lock(mutex_);
  if (!of_system_) of_system_ = Error(error).within(shown_name(path));
  return true;
}

Result<void> Warnings::check() const {
  const MutexLock lock(mutex_);
  if (of_system_) return Unexpected(*of_system_);
  return {};
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
