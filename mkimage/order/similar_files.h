#pragma once

#include <cstdint>
#include <limits>
#include <span>
#include <vector>

#include "base/warnings.h"
#include "mkimage/order/content_sketch.h"
#include "mkimage/order/front_files.h"
#include "mkimage/scan/file_reader.h"

namespace zvfs {

/// Finds similar files that lie far from one another in path order, such as those of several
/// versions of a program, and puts them side by side: in one frame, what they have in common is
/// stored once. Files that lie near similar ones stay where they are. So do all others, since their
/// neighbours help them more.
///
/// For each file it looks for the most similar earlier file, by sketches of the first kSketchedSize
/// bytes, among a few that share two bins of the sketch, or the name. Takes some 90 bytes of memory
/// per file, and reads each once. The result does not depend on the number of threads. Use once.
class SimilarFiles {
 public:
  /// How much of a file is sketched, in bytes.
  static constexpr std::size_t kSketchedSize = 16384;
  /// Smaller files stay where they are: most of what is stored for them is the header, which is
  /// like those of the neighbours. A tree of a million files of 110 bytes would take 1.7 % more.
  static constexpr std::uint64_t kMinSize = 256;

  struct Setup {
    const Tree& tree;  ///< Finished.
    int root_fd;
    Warnings& warnings;
    unsigned threads;           ///< At least 1.
    std::uint32_t frame_bound;  ///< For small files; larger ones are left out.
  };

  /// Borrows all that `setup` names.
  explicit SimilarFiles(const Setup& setup) : setup_(setup) {}

  /// Adds similar files to the front files. Listed files stay where they are. The others, and files
  /// with their copies, are put in sets of similar files; the sets come in path order of their
  /// first files. In a set, each file follows, as far as possible, the one that it is most like.
  FrontFiles arrange(const FrontFiles& front);

 private:
  static constexpr std::uint32_t kNone = std::numeric_limits<std::uint32_t>::max();

  struct Candidate {
    Link link;
    std::uint32_t group = kNone;  // the front group that it is the first file of
    std::uint32_t like = kNone;   // the earlier candidate that it is most like
    std::uint64_t position = 0;   // in a stream in path order, about
    std::uint32_t size = 0;
    std::uint32_t common_bins = 0;  // with that candidate
    ContentSketch sketch;
  };

  void collect(const FrontFiles& front);
  void sketch_all();
  void compare_all();
  [[nodiscard]] std::uint64_t name_key(const Candidate& candidate) const;
  void compare_equal(std::span<const std::uint64_t> keys);
  void compare(std::uint32_t earlier, std::uint32_t later);
  [[nodiscard]] FrontFiles order(const FrontFiles& front) const;

  const Setup setup_;
  std::vector<Candidate> candidates_;  // in path order
};

}  // namespace zvfs
