// The files of an image for `zvfs map`: a tree that is small enough for a web page.
#pragma once

#include <cstdint>
#include <functional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "format/image.h"
#include "zvfs/inspect/file_footprint.h"
#include "zvfs/walk/tree_visitor.h"

namespace zvfs {

/// A directory, a regular file, or the files of a directory that are too small to draw.
struct MapNode {
  enum class Kind : std::uint8_t { kFile, kRest, kDirectory };

  Kind kind = Kind::kFile;
  bool has_data = false;      ///< The frames are valid.
  std::uint32_t members = 0;  ///< Nodes in a directory; files in a kRest.
  std::string name{};         ///< Printable UTF-8, even if the name in the image is not.
  std::uint64_t size = 0;     ///< In bytes. For directories, this and the rest are zero.
  double coded_bytes = 0;     ///< 0 if an earlier file has the same data.
  FrameNumber first_frame{};
  FrameNumber last_frame{};
};

/// How much a map shows.
struct MapLimits {
  std::uint32_t all_files = 300'000;      ///< In an image with more inodes or names than this,
  std::uint32_t largest_files = 200'000;  ///< files below 1/largest_files of the data are merged.
};

/// Gathers the nodes of a walk over a whole image, in path order, each directory before its
/// contents. Remembers the place of the data of each file, in eight bytes. Not thread-safe.
class MapTree final : public TreeVisitor {
 public:
  using Lost = std::function<void(std::string_view path, const Error& error)>;

  /// Borrows the image. Reports to `lost` what cannot be read and so is missing from the map.
  MapTree(const Image& image, const MapLimits& limits, Lost lost);

  Result<Descend> enter(const WalkEntry& entry) override;
  Result<void> leave() override;
  Result<void> lost(std::string_view path, Error error) override;

  /// The nodes, the root first. Call after the walk.
  [[nodiscard]] const std::vector<MapNode>& nodes() const { return nodes_; }
  /// Files and directories that take fewer coded bytes than this are merged; 0 if none are.
  [[nodiscard]] double threshold() const { return threshold_; }

 private:
  // A directory between the root and the current position.
  struct Level {
    std::size_t node;
    double coded_bytes = 0;  // of everything below
    MapNode rest{};          // of kind kRest
  };

  void add_file(MapNode file);
  static void merge(const MapNode& from, MapNode& rest);

  FootprintReader footprints_;
  const Lost lost_;
  const double threshold_;
  std::vector<MapNode> nodes_;
  std::vector<Level> levels_;
  // Stream offsets where files' data begins. Ordered, since an image may have offsets that make a
  // hash table slow.
  std::set<std::uint64_t> known_data_;
};

}  // namespace zvfs
