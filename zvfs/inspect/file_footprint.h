#pragma once

#include <cstdint>

#include "base/result.h"
#include "format/image.h"
#include "zvfs/inspect/frame_contents.h"

namespace zvfs {

/// What the data of a regular file takes in its image, and where it lies.
struct FileFootprint {
  /// Of the image, in bytes: of each frame the part that the file is of all files' data in it. So
  /// tar headers count with the files beside them.
  double coded_bytes = 0;
  bool has_data = false;    ///< What follows is of a file with data alone.
  StreamOffset begin;       ///< Of its first byte of data.
  FrameNumber first_frame;  ///< All its data lies in frames first_frame to last_frame.
  FrameNumber last_frame;
};

/// Finds the footprints of files. Reads rows of the index alone: frames are not decoded. Not
/// thread-safe. Borrows the image.
class FootprintReader {
 public:
  /// Goes through all files of the image once.
  explicit FootprintReader(const Image& image)
      : image_(image), contents_(FrameContents::of(image)), cursor_(image.raw().index()) {}

  /// Errors: Corrupt, Io. Precondition: inode.record.is_regular(). Cost: two rows for each frame.
  Result<FileFootprint> of(const Inode& inode);

 private:
  Result<void> add(const FileSegment& segment, FileFootprint& footprint);

  const Image& image_;
  const FrameContents contents_;
  IndexReader::Cursor cursor_;
};

}  // namespace zvfs
