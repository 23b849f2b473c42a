// The files of an image as `zvfs map` draws them: a tree, small enough for a page in a browser.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "base/result.h"
#include "format/image.h"
#include "zvfs/inspect/file_footprint.h"
#include "zvfs/walk/tree_visitor.h"

namespace zvfs {

/// A directory, a regular file, or the files of a directory that are too small to be drawn.
struct MapNode {
  enum class Kind : std::uint8_t { kFile, kRest, kDirectory };

  Kind kind = Kind::kFile;
  bool has_data = false;      ///< The frames mean something.
  std::uint32_t members = 0;  ///< Nodes in a directory; files that the rest stands for.
  std::string name{};         ///< Printable UTF-8, whatever the name in the image is.
  std::uint64_t size = 0;     ///< In bytes. Directories leave this and what follows zero.
  double coded_bytes = 0;     ///< 0 where another file, met before, has the same data.
  FrameNumber first_frame{};
  FrameNumber last_frame{};
};

/// How much a map shows.
struct MapLimits {
  std::uint32_t all_files = 300'000;      ///< An image with more inodes than this is thinned out:
  std::uint32_t largest_files = 200'000;  ///< what takes less than this part of the data is merged.
};

/// Gathers the nodes of a walk over a whole image, in path order, each directory before what it
/// holds. Remembers eight bytes of data's place for each file that has any. Not thread-safe.
class MapTree final : public TreeVisitor {
 public:
  using Lost = std::function<void(std::string_view path, const Error& error)>;

  /// Borrows the image. `lost` is told of what cannot be read, and so is not in the map.
  MapTree(const Image& image, const MapLimits& limits, Lost lost);

  Result<Descend> enter(const WalkEntry& entry) override;
  Result<void> leave() override;
  Result<void> lost(std::string_view path, Error error) override;

  /// What was gathered; the root is the first. After the walk.
  [[nodiscard]] const std::vector<MapNode>& nodes() const { return nodes_; }
  /// Files and directories that take less than this are merged; 0 if none are.
  [[nodiscard]] double threshold() const { return threshold_; }

 private:
  // A directory on the way to where the walk is.
  struct Level {
    std::size_t node;
    double coded_bytes = 0;  // of all that is below
    MapNode rest{};          // of kind kRest
  };

  void add_file(MapNode file);
  static void merge(const MapNode& from, MapNode& rest);

  FootprintReader footprints_;
  const Lost lost_;
  const double threshold_;
  std::vector<MapNode> nodes_;
  std::vector<Level> levels_;
  std::unordered_set<std::uint64_t> known_data_;  // stream offsets where files' data begins
};

}  // namespace zvfs
