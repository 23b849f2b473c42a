#pragma once

#include "base/result.h"
#include "format/image.h"
#include "zvfs/check/check_context.h"

namespace zvfs {

/// Compares the tar stream with the index: every name, type, attribute and link, and all content.
/// A stream that mkimage has written is read with libarchive, an independent reader, which so
/// proves that other programs see the same tree; that of another program's archive is left to
/// check_foreign_stream(). Also checks that every name in the index has a member, except those of
/// sockets. Precondition: every data frame decodes. Not thread-safe.
void check_stream(const CheckContext& context, const Image& image);

}  // namespace zvfs
