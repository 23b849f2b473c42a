#include "mkimage/report/size_statistics.h"

#include <algorithm>
#include <map>
#include <unordered_set>

#include "tree/tree_walk.h"

namespace zvfs {
namespace {

/// Where frames lie, in the image and in the stream.
class FrameSizes {
 public:
  FrameSizes(std::span<const FrameRecord> frames, const FrameRecord& end)
      : frames_(frames), end_(end) {}

  [[nodiscard]] std::uint64_t decoded(std::size_t i) const {
    return row(i + 1).stream_offset - row(i).stream_offset;
  }
  [[nodiscard]] std::uint64_t coded(std::size_t i) const {
    return row(i + 1).image_offset - row(i).image_offset;
  }
  /// The share of the image that a run of the stream takes; the run begins in frame `i`.
  [[nodiscard]] double coded_share(std::size_t i, std::uint64_t offset,
                                   std::uint64_t length) const {
    double share = 0;
    for (const std::uint64_t end = offset + length; offset < end && i < frames_.size(); ++i) {
      const std::uint64_t part = std::min(end, row(i + 1).stream_offset) - offset;
      share += static_cast<double>(coded(i)) * static_cast<double>(part) /
               static_cast<double>(decoded(i));
      offset += part;
    }
    return share;
  }

 private:
  [[nodiscard]] const FrameRecord& row(std::size_t i) const {
    return i < frames_.size() ? frames_[i] : end_;
  }
  const std::span<const FrameRecord> frames_;
  const FrameRecord& end_;
};

std::string extension_of(std::string_view name) {
  const std::size_t dot = name.rfind('.');
  if (dot == name.npos || dot == 0) return {};
  std::string extension(name.substr(dot + 1));
  for (char& c : extension) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return extension;
}

/// Adds up the files of a tree.
class FileSums {
 public:
  FileSums(const Tree& tree, const FrameSizes& frames) : tree_(tree), frames_(frames) {}

  void add(Link link) {
    const InodeNumber number = tree_.inode_of(link);
    const InodeRecord& inode = tree_.inode(number);
    if (!inode.is_regular()) return;
    if (inode.nlink > 1 && !linked_.insert(number.value).second) return;
    const std::uint64_t coded = coded_size(inode);
    SizeStatistics::Extension& sum = extensions_[extension_of(tree_.name_of(link))];
    ++sum.files;
    sum.size += inode.size;
    sum.coded_size += coded;
    add_to_largest(link, coded);
  }

  std::vector<SizeStatistics::Extension> extensions() {
    std::vector<SizeStatistics::Extension> sorted;
    for (auto& [name, sum] : extensions_) {
      sum.name = name;
      sorted.push_back(sum);
    }
    std::ranges::stable_sort(sorted, std::greater(), &SizeStatistics::Extension::coded_size);
    return sorted;
  }

  std::vector<SizeStatistics::File> largest() {
    std::vector<SizeStatistics::File> files;
    for (const auto& [coded, link] : largest_) {
      files.push_back({tree_.path_of(link), tree_.inode(tree_.inode_of(link)).size, coded});
    }
    return files;
  }

 private:
  std::uint64_t coded_size(const InodeRecord& inode) {
    double share = 0;
    if (inode.has_extent_list()) {
      for (const ExtentRecord& extent : tree_.extents_of(inode)) {
        share += frames_.coded_share(extent.frame, extent.stream_offset, extent.length);
      }
    } else if (inode.size > 0 && data_.insert(inode.data).second) {
      share = frames_.coded_share(inode.count, inode.data, inode.size);
    }
    return static_cast<std::uint64_t>(share + 0.5);
  }

  void add_to_largest(Link link, std::uint64_t coded) {
    const auto place = std::ranges::upper_bound(largest_, coded, std::greater(), &Sized::coded);
    largest_.insert(place, {coded, link});
    if (largest_.size() > SizeStatistics::kLargestCount) largest_.pop_back();
  }

  struct Sized {
    std::uint64_t coded;
    Link link;
  };

  const Tree& tree_;
  const FrameSizes& frames_;
  std::unordered_set<std::uint32_t> linked_;
  std::unordered_set<std::uint64_t> data_;  // stream offsets that were counted
  std::map<std::string, SizeStatistics::Extension> extensions_;
  std::vector<Sized> largest_;
};

}  // namespace

SizeStatistics SizeStatistics::gather(const Tree& tree, std::span<const FrameRecord> frames,
                                      const FrameRecord& end) {
  SizeStatistics statistics;
  const FrameSizes sizes(frames, end);
  for (std::size_t i = 0; i < frames.size(); ++i) {
    Frames& sum = statistics.frames[frames[i].kind];
    ++sum.count;
    sum.decoded_size += sizes.decoded(i);
    sum.coded_size += sizes.coded(i);
  }
  FileSums sums(tree, sizes);
  for (const Link link : TreeWalk(tree)) sums.add(link);
  statistics.extensions = sums.extensions();
  statistics.largest = sums.largest();
  return statistics;
}

}  // namespace zvfs
