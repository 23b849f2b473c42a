#pragma once

#include <cstdint>
#include <optional>

#include "base/bytes.h"
#include "base/result.h"
#include "format/frame_table.h"
#include "format/image_tables.h"

namespace zvfs {

/// Finds out, without decoding, whether two data frames of two images hold the same bytes.
/// Remembers the last pair, since many small files share one. Not thread-safe. Borrows the images.
class FrameTwins {
 public:
  FrameTwins(const ImageTables& a, const ImageTables& b) : a_(a), b_(b) {}

  enum class Answer : std::uint8_t {
    kSame,     ///< Their coded bytes are equal.
    kDiffer,   ///< Their sizes or checksums differ.
    kUnknown,  ///< Their checksums are equal, but not their coded bytes.
  };
  /// Errors: Corrupt (of a verified image: another digest), Io.
  Result<Answer> compare(const DataFrame& a, const DataFrame& b);

 private:
  Result<Answer> compare_anew(const DataFrame& a, const DataFrame& b);
  static Result<void> read(const ImageTables& image, const DataFrame& frame, ByteVector& coded);

  const ImageTables& a_;
  const ImageTables& b_;
  struct Pair {
    FrameNumber a;
    FrameNumber b;
    Answer answer;
  };
  std::optional<Pair> last_;
  ByteVector bytes_a_;
  ByteVector bytes_b_;
};

}  // namespace zvfs
