#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "format/offsets.h"
#include "zvfs/check/check_context.h"

namespace zvfs {

/// A run of the stream, [begin, end), whose bytes are lost.
struct LostRun {
  StreamOffset begin;
  StreamOffset end;
};

/// What decoding all data frames came to.
struct DataCheckResult {
  std::uint64_t frames = 0;         ///< That decoded.
  std::uint64_t decoded_bytes = 0;  ///< Of them.
  std::vector<LostRun> lost;        ///< What the others would have held; ascending, not adjacent.
};

/// Decodes every data frame on all threads, and reports those that are not what their rows say.
/// A frame whose rows cannot be read, or break a limit, is lost without a word: those were
/// reported.
DataCheckResult check_data(const CheckContext& context);

}  // namespace zvfs
