#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "format/image.h"

namespace zvfs::testing {

/// What the reading of a damaged image came to.
struct Verdict {
  bool opened = false;
  std::uint64_t right = 0;   ///< Files that were read, and are as they should be.
  std::uint64_t failed = 0;  ///< Files that gave an error.
  /// What was shown and is not so, or nothing: "inode 7: ...".
  std::string wrong;
};

/// All that a sound image says, to hold damaged ones against.
class ImageTruth {
 public:
  /// Reads all of the image. Aborts on errors: it is sound.
  explicit ImageTruth(std::unique_ptr<const Image> image);

  [[nodiscard]] const Image& image() const { return *image_; }

  /// Files that have data in one of the data frames that overlap [begin, end) of the image.
  [[nodiscard]] std::vector<std::uint32_t> files_in(std::uint64_t begin, std::uint64_t end) const;

  /// The number of regular files with data.
  [[nodiscard]] std::size_t file_count() const { return contents_.size(); }

  /// Every `step`th file with data, from the `first`th on.
  [[nodiscard]] std::vector<std::uint32_t> every(std::size_t step, std::size_t first) const;

  /// Reads these files of `damaged`.
  [[nodiscard]] Verdict judge_files(const Image& damaged,
                                    const std::vector<std::uint32_t>& files) const;

  /// Walks all of `damaged`: each name, record, target and attribute, and each file.
  [[nodiscard]] Verdict judge_all(const Image& damaged) const;

 private:
  void note_frames(const Inode& inode);
  void judge_file(const Image& damaged, std::uint32_t number, Verdict& verdict) const;
  void judge_names(const Image& damaged, std::uint32_t number, Verdict& verdict) const;
  void judge_attributes(const Image& damaged, std::uint32_t number, Verdict& verdict) const;

  const std::unique_ptr<const Image> image_;
  std::map<std::uint32_t, std::uint64_t> contents_;  // of files with data: XXH64 by number
  std::map<std::uint64_t, std::vector<std::uint32_t>> files_by_frame_;  // by image offset
};

}  // namespace zvfs::testing
