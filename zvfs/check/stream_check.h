#pragma once

#include "base/result.h"
#include "format/image.h"
#include "zvfs/check/check_context.h"

namespace zvfs {

/// Reads the stream as a tar archive, with libarchive, and compares each member with the index: its
/// name, type, metadata, extended attributes and content; and that every name in the index but
/// those of sockets has a member. Precondition: every data frame decodes.
/// Not thread-safe.
void check_stream(const CheckContext& context, const Image& image);

}  // namespace zvfs
