#pragma once

#include <functional>
#include <string_view>
#include <vector>

#include "tests/support/image_forge.h"

namespace zvfs::testing {

/// One line of "What a reader MUST reject" in docs/format.md, and how to break it.
struct Forgery {
  std::string_view name;
  std::function<void(ImageForge&)> apply;
};

/// All of them, in the order of the document.
const std::vector<Forgery>& forgeries();

}  // namespace zvfs::testing
