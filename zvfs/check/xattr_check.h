#pragma once

#include "zvfs/check/check_context.h"

namespace zvfs {

/// Checks that each xattr set lies in the xattr data, has as many attributes as its row says, and
/// has them sorted by name.
void check_xattr_sets(const CheckContext& context);

}  // namespace zvfs
