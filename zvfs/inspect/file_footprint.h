#pragma once

#include <cstdint>
#include <map>

#include "base/result.h"
#include "format/image.h"
#include "zvfs/inspect/frame_contents.h"
#include "zvfs/inspect/visit_budget.h"

namespace zvfs {

/// The space that a regular file's data takes in its image, and its place there.
struct FileFootprint {
  /// The file's share of each of its frames, in bytes of the image. A frame is shared out by the
  /// files' data in it, so tar headers count towards the files next to them.
  double coded_bytes = 0;
  bool has_data = false;    ///< If false, the rest is unused.
  StreamOffset begin;       ///< Its first byte of data.
  FrameNumber first_frame;  ///< All its data lies in frames first_frame to last_frame.
  FrameNumber last_frame;
};

/// Finds the footprints of files. Reads only the index and decodes no data frames. Not thread-safe.
/// Borrows the image.
class FootprintReader {
 public:
  /// Reads the rows of all files of the image once.
  explicit FootprintReader(const Image& image)
      : image_(image),
        contents_(FrameContents::of(image)),
        cursor_(image.raw().index()),
        budget_(image.header()) {}

  /// Errors: Corrupt (also: a VisitBudget is exceeded), Io. Precondition:
  /// inode.record.is_regular(). Cost: two rows per frame, and little for further names of a file.
  Result<FileFootprint> of(const Inode& inode);

 private:
  Result<FileFootprint> find(const Inode& inode, std::uint64_t& visits);
  Result<void> add(const FileSegment& segment, FileFootprint& footprint, std::uint64_t& visits);

  const Image& image_;
  const FrameContents contents_;
  IndexReader::Cursor cursor_;
  VisitBudget budget_;
  std::map<std::uint32_t, Result<FileFootprint>> large_;  // that took long, by inode number
};

}  // namespace zvfs
