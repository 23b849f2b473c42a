#include "zvfs/check/problem_log.h"

#include <algorithm>

namespace zvfs {

// Counts a problem. Returns its kind if it is to be passed on, otherwise null.
ProblemLog::Kind* ProblemLog::admit(std::string_view name) {
  ++count_;
  auto kind = std::ranges::find(kinds_, name, &Kind::name);
  if (kind == kinds_.end()) kind = kinds_.insert(kinds_.end(), Kind{name});
  return ++kind->count <= kMostOfAKind ? &*kind : nullptr;
}

void ProblemLog::show(Kind& kind, std::string message) {
  listener_(message);
  if (kind.count == kMostOfAKind) kind.last = std::move(message);
}

void ProblemLog::finish() const {
  for (const Kind& kind : kinds_) {
    if (kind.count <= kMostOfAKind) continue;
    listener_(fmt::format("{} more like this: {}", kind.count - kMostOfAKind, kind.last));
  }
}

}  // namespace zvfs
