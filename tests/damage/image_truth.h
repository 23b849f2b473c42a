#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "format/image.h"

namespace zvfs::testing {

/// The result of reading a damaged image.
struct Verdict {
  bool opened = false;
  std::uint64_t right = 0;   ///< Files that were read correctly.
  std::uint64_t failed = 0;  ///< Files that gave an error.
  /// The first wrong result ("inode 7: ..."), or empty.
  std::string wrong;
};

/// The contents of a sound image, for comparison with damaged ones.
class ImageTruth {
 public:
  /// Reads all of the image, which must be sound. Aborts on errors.
  explicit ImageTruth(std::unique_ptr<const Image> image);

  [[nodiscard]] const Image& image() const { return *image_; }

  /// The files with data in data frames that overlap [begin, end) of the image.
  [[nodiscard]] std::vector<std::uint32_t> files_in(std::uint64_t begin, std::uint64_t end) const;

  /// The number of regular files with data.
  [[nodiscard]] std::size_t file_count() const { return contents_.size(); }

  /// Every `step`th file with data, starting with number `first`.
  [[nodiscard]] std::vector<std::uint32_t> every(std::size_t step, std::size_t first) const;

  /// Reads these files of `damaged`.
  [[nodiscard]] Verdict judge_files(const Image& damaged,
                                    const std::vector<std::uint32_t>& files) const;

  /// Reads all of `damaged`: each name, record, target and attribute, and each file.
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
