#pragma once

#include "base/result.h"

namespace zvfs {

/// The errno that answers a request that failed with `error`.
int error_number(const Error& error);

}  // namespace zvfs
