#pragma once

namespace zvfs {

/// Gives up all capabilities (capabilities(7)) of the calling thread, for good. True if none is
/// left.
bool drop_capabilities();

}  // namespace zvfs
