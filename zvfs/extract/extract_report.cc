#include "zvfs/extract/extract_report.h"

#include <utility>

#include "base/quoting.h"

namespace zvfs {

void ExtractReport::tell(std::string_view path, std::string_view message) const {
  listener_(fmt::format("{}: {}", quote_name(path), message));
}

void ExtractReport::lost(std::string_view path, const Error& error) {
  const bool is_last = on_loss_ == ExtractOptions::OnLoss::kStop || is_of_system(error);
  if (is_last ? stopped_.exchange(true) : stopped()) return;
  ++lost_;
  tell(path, error.message);
}

void ExtractReport::abort(Error error) noexcept {
  const MutexLock lock(mutex_);
  if (!failure_) failure_ = std::move(error);
  stopped_ = true;
}

std::optional<Error> ExtractReport::failure() const {
  const MutexLock lock(mutex_);
  return failure_;
}

void ExtractReport::incomplete(std::string_view path, std::string_view what) {
  ++incomplete_;
  tell(path, what);
}

}  // namespace zvfs
