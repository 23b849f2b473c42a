#pragma once

#include "base/result.h"

namespace zvfs {

/// The errno with which a request that failed with `error` is answered.
int error_number(const Error& error);

}  // namespace zvfs
