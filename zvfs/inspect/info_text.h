// Formats an image, its frames and its files for `zvfs info`: for people, and as JSON.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "format/image.h"
#include "zvfs/inspect/entry_text.h"
#include "zvfs/inspect/file_footprint.h"
#include "zvfs/inspect/image_info.h"

namespace zvfs {

/// A page for people. `name` is the name of the image.
std::string info_page(const ImageInfo& info, std::string_view name);

/// One JSON object: a line without its newline.
std::string info_json(const ImageInfo& info, std::string_view name);

/// Lines for frames and files, with columns wide enough for all of the image. Immutable,
/// thread-safe.
class InfoLines {
 public:
  InfoLines(const IndexHeader& header, SizeStyle style);

  [[nodiscard]] std::string frame_heading() const;
  [[nodiscard]] std::string frame(const DataFrame& frame) const;

  [[nodiscard]] std::string file_heading() const;
  [[nodiscard]] std::string file(const FileFootprint& footprint, std::uint64_t size,
                                 std::string_view path) const;

 private:
  [[nodiscard]] std::string size_text(std::uint64_t size_bytes) const;

  SizeStyle style_;
  std::size_t number_width_;
  std::size_t offset_width_;
  std::size_t size_width_;
};

/// The same as JSON objects: lines without their newlines.
std::string frame_json(const DataFrame& frame);
std::string file_json(const FileFootprint& footprint, const Inode& inode, std::string_view path);

}  // namespace zvfs
