#pragma once

#include <cstdio>
#include <cstdlib>
#include <memory>
#include <utility>

#include "zvfs/check/checker.h"

namespace zvfs::testing {

/// Aborts, and says why, unless `zvfs check` finds nothing wrong with the image.
inline void require_clean(ByteVector image) {
  CheckOptions check;
  check.on_problem = [](std::string_view problem) {
    std::fprintf(stderr, "%.*s\n", static_cast<int>(problem.size()), problem.data());
  };
  const auto report = check_image(std::make_unique<MemorySource>(std::move(image)), check);
  if (!report) std::fprintf(stderr, "%s\n", report.error().message.c_str());
  if (!report || !report->is_clean()) std::abort();
}

}  // namespace zvfs::testing
