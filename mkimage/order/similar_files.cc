#include "mkimage/order/similar_files.h"

#include <algorithm>
#include <cassert>
#include <numeric>
#include <unordered_map>
#include <utility>

#include "codecs/checksum.h"
#include "mkimage/order/candidate_scan.h"
#include "tar/tar_member.h"
#include "tree/tree_walk.h"

namespace zvfs {
namespace {

// Files that agree in this many of the 16 bins share some two fifths of their strings. 6 to 8 gave
// images of the same size, within 1.5 %; 4 gave larger ones.
constexpr std::uint32_t kMinCommonBins = 7;

// How many earlier files with an equal key a file is compared with: 1, 4 and 16 made no difference
// to the size of images.
constexpr std::size_t kLookBack = 4;

// Trees of candidates, each below the earlier one that it is most like.
class Forest {
 public:
  static constexpr std::uint32_t kNone = std::numeric_limits<std::uint32_t>::max();

  explicit Forest(std::size_t size) : first_child_(size, kNone), next_sibling_(size, kNone) {}

  // Call in descending order of `child`.
  void add(std::uint32_t parent, std::uint32_t child) {
    next_sibling_[child] = std::exchange(first_child_[parent], child);
  }
  [[nodiscard]] bool has_children(std::uint32_t node) const { return first_child_[node] != kNone; }

  // A node and all below it: each is followed by those that are like it.
  std::vector<std::uint32_t> nodes_from(std::uint32_t root) const {
    std::vector<std::uint32_t> nodes;
    std::vector<std::uint32_t> next = {root};
    while (!next.empty()) {
      const std::uint32_t node = next.back();
      next.pop_back();
      nodes.push_back(node);
      if (node != root && next_sibling_[node] != kNone) next.push_back(next_sibling_[node]);
      if (first_child_[node] != kNone) next.push_back(first_child_[node]);
    }
    return nodes;
  }

 private:
  std::vector<std::uint32_t> first_child_;
  std::vector<std::uint32_t> next_sibling_;
};

}  // namespace

FrontFiles SimilarFiles::arrange(const FrontFiles& front) {
  collect(front);
  sketch_all();
  compare_all();
  return order(front);
}

// Of a file and its copies, only the first is a candidate; listed files are not.
void SimilarFiles::collect(const FrontFiles& front) {
  const Tree& tree = setup_.tree;
  std::vector<bool> done(tree.inodes().size());
  std::unordered_map<std::uint32_t, std::uint32_t> groups;  // by the inode of their first file
  for (std::size_t i = 0; i < front.groups.size(); ++i) {
    const auto group = front.groups.group(i);
    for (const Link link : group) done[tree.inode_of(link).value - 1] = true;
    if (i < front.listed) continue;
    done[tree.inode_of(group.front()).value - 1] = false;
    groups.emplace(tree.inode_of(group.front()).value, static_cast<std::uint32_t>(i));
  }
  std::uint64_t position = 0;
  for (const Link link : TreeWalk(tree)) {
    const InodeNumber number = tree.inode_of(link);
    const InodeRecord& inode = tree.inode(number);
    position += kTarBlockSize;
    if (!inode.is_regular() || done[number.value - 1]) continue;
    done[number.value - 1] = true;
    const auto found = groups.find(number.value);
    const bool is_first = found != groups.end();
    const bool eligible =
        !inode.has_extent_list() && inode.size >= kMinSize && inode.size <= setup_.frame_bound;
    if (eligible || is_first) {
      candidates_.push_back({.link = link,
                             .group = is_first ? found->second : kNone,
                             .position = position,
                             .size = static_cast<std::uint32_t>(inode.size),
                             .sketch = {}});
    }
    position += inode.allocated;
  }
}

void SimilarFiles::sketch_all() {
  const CandidateScan scan = {.tree = setup_.tree,
                              .root_fd = setup_.root_fd,
                              .warnings = setup_.warnings,
                              .threads = setup_.threads,
                              .buffer_size = kSketchedSize};
  scan.for_each_run(std::span(candidates_),
                    [](FileReader& reader, MutableByteSpan buffer, std::span<Candidate> run) {
                      for (Candidate& candidate : run) {
                        const MutableByteSpan head =
                            buffer.first(std::min<std::size_t>(buffer.size(), candidate.size));
                        reader.read(candidate.link, 0, head);
                        candidate.sketch = ContentSketch::of(head);
                      }
                    });
}

void SimilarFiles::compare_all() {
  std::vector<std::uint64_t> keys(candidates_.size());
  const auto compare_by = [&](auto key) {
    std::ranges::transform(candidates_, keys.begin(), key);
    compare_equal(keys);
  };
  for (unsigned pair = 0; pair < ContentSketch::kPairs; ++pair) {
    compare_by([=](const Candidate& candidate) { return candidate.sketch.key(pair); });
  }
  compare_by([this](const Candidate& candidate) { return name_key(candidate); });
}

std::uint64_t SimilarFiles::name_key(const Candidate& candidate) const {
  return xxh64(std::as_bytes(std::span(setup_.tree.name_of(candidate.link))));
}

// Compares candidates that have the same key, other than 0.
void SimilarFiles::compare_equal(std::span<const std::uint64_t> keys) {
  std::vector<std::uint32_t> order(keys.size());
  std::iota(order.begin(), order.end(), 0U);
  std::ranges::sort(order, {}, [&](std::uint32_t i) { return std::pair(keys[i], i); });
  for (std::size_t at = 0; at < order.size(); ++at) {
    const std::uint64_t key = keys[order[at]];
    if (key == 0) continue;
    for (std::size_t back = 1; back <= std::min(kLookBack, at); ++back) {
      if (keys[order[at - back]] != key) break;
      compare(order[at - back], order[at]);
    }
  }
}

void SimilarFiles::compare(std::uint32_t earlier, std::uint32_t later) {
  const Candidate& other = candidates_[earlier];
  Candidate& candidate = candidates_[later];
  if (candidate.position - other.position < setup_.frame_bound) return;
  const std::uint32_t common = candidate.sketch.common_bins(other.sketch);
  if (common < kMinCommonBins || common < candidate.common_bins) return;
  // Among equals, the nearest counts, whatever the order of comparing.
  if (common == candidate.common_bins && earlier < candidate.like) return;
  candidate.like = earlier;
  candidate.common_bins = common;
}

FrontFiles SimilarFiles::order(const FrontFiles& front) const {
  Forest forest(candidates_.size());
  for (auto i = static_cast<std::uint32_t>(candidates_.size()); i-- > 0;) {
    if (candidates_[i].like != kNone) forest.add(candidates_[i].like, i);
  }
  FrontFiles ordered;
  ordered.listed = front.listed;
  for (std::size_t i = 0; i < front.listed; ++i) ordered.groups.add(front.groups.group(i));
  ordered.together.resize(front.listed);
  for (std::uint32_t root = 0; root < candidates_.size(); ++root) {
    const bool alone = !forest.has_children(root) && candidates_[root].group == kNone;
    if (candidates_[root].like != kNone || alone) continue;
    const std::size_t first = ordered.groups.size();
    std::uint64_t together = 0;
    for (const std::uint32_t i : forest.nodes_from(root)) {
      const Candidate& candidate = candidates_[i];
      const std::span<const Link> files = candidate.group == kNone
                                              ? std::span(&candidate.link, 1)
                                              : front.groups.group(candidate.group);
      ordered.groups.add(files);
      together += files.size() * (kTarBlockSize + tar_padded(candidate.size));
    }
    ordered.together.resize(ordered.groups.size());
    if (together <= setup_.frame_bound) {
      ordered.together[first] = static_cast<std::uint32_t>(together);
    }
  }
  assert(ordered.groups.size() >= front.groups.size());
  return ordered;
}

}  // namespace zvfs
