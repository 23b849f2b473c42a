#pragma once

#include "base/result.h"
#include "format/image.h"
#include "zvfs/check/check_context.h"

namespace zvfs {

/// Reads the stream as a tar archive, with libarchive, and compares each member with the index:
/// name, type, metadata, extended attributes and content. Also checks that every name in the index
/// has a member, except those of sockets. Precondition: every data frame decodes.
/// Not thread-safe.
void check_stream(const CheckContext& context, const Image& image);

}  // namespace zvfs
