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

/// The result of decoding all data frames.
struct DataCheckResult {
  std::uint64_t frames = 0;         ///< Frames that decoded.
  std::uint64_t decoded_bytes = 0;  ///< Of those frames.
  std::vector<LostRun> lost;        ///< The data of the others; ascending, not adjacent.
};

/// Decodes every data frame on all threads, and reports frames that do not match their rows, or
/// match them but not their digests: these are not lost. A
/// frame whose rows cannot be read or exceed a limit is lost without a message, since the rows were
/// reported.
DataCheckResult check_data(const CheckContext& context);

/// The parts of the stream that these data frames, in ascending order, hold, as far as readable
/// rows of the frames table show: ascending, not adjacent.
std::vector<LostRun> runs_of_frames(const ImageTables& image,
                                    const std::vector<FrameNumber>& frames);

}  // namespace zvfs
