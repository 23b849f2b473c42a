#pragma once

#include "fuse/ahead/page_filler.h"
#include "fuse/ahead/readahead.h"
#include "fuse/serve/inspector.h"
#include "fuse/serve/request_stats.h"

namespace zvfs {

/// Those whom the threads that answer requests call. Borrows all of them.
struct Helpers {
  RequestStats& stats;         ///< Counts every request.
  Readahead& readahead;        ///< Learns of reads before they are answered.
  const Inspector& inspector;  ///< Answers for virtual extended attributes.
  PageFiller* filler;          ///< Learns of reads and listings that were answered; null is none.
};

}  // namespace zvfs
