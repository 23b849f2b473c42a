#pragma once

#include "format/image.h"
#include "zvfs/check/check_context.h"

namespace zvfs {

/// Compares the index of an image with the one that mkimage would make of its stream, which is a
/// tar archive by another program: every name, type, attribute, link and place of data. What the
/// stream cannot say, sockets and attributes beyond 1 MiB, is taken from the index.
///
/// An independent reader would be no judge here: programs read the rare parts of such archives
/// differently, and the image follows GNU tar. Precondition: every data frame decodes.
/// Memory: that of mkimage, about 150 bytes for each member. Not thread-safe.
void check_foreign_stream(const CheckContext& context, const Image& image);

}  // namespace zvfs
