#pragma once

#include "fuse/ahead/page_filler.h"
#include "fuse/ahead/readahead.h"
#include "fuse/serve/inspector.h"
#include "fuse/serve/request_stats.h"

namespace zvfs {

/// The helpers called by the threads that answer requests. Borrows all of them.
struct Helpers {
  RequestStats& stats;         ///< Counts every request.
  Readahead& readahead;        ///< Is told of reads before they are answered.
  const Inspector& inspector;  ///< Answers for virtual extended attributes.
  PageFiller* filler;          ///< Is told of answered reads and listings; may be null.
};

}  // namespace zvfs
