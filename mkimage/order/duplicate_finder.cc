#include "mkimage/order/duplicate_finder.h"

#include <algorithm>
#include <array>
#include <numeric>
#include <optional>
#include <tuple>
#include <utility>

#include "codecs/checksum.h"
#include "mkimage/order/candidate_scan.h"
#include "tree/tree_walk.h"

namespace zvfs {
namespace {

constexpr std::size_t kReadSize = std::size_t{256} << 10;

// This many bytes are hashed before the whole file: most files that differ do so in them.
constexpr std::uint64_t kHeadSize = std::uint64_t{16} << 10;

// More threads open files than there are processors: for files outside the page cache, most of the
// time is spent waiting.
constexpr unsigned kReaders = 32;

// The hash of the first `size` bytes; nothing if they cannot be read.
std::optional<std::uint64_t> hash_of(FileReader& reader, Link link, std::uint64_t size,
                                     MutableByteSpan buffer) {
  std::array<std::uint64_t, 2> hashes = {};  // of what precedes, and of the piece
  for (std::uint64_t offset = 0; offset < size; offset += buffer.size()) {
    const MutableByteSpan piece =
        buffer.first(std::min<std::uint64_t>(buffer.size(), size - offset));
    if (!reader.peek(link, offset, piece)) return std::nullopt;
    hashes[1] = xxh64(piece);
    hashes[0] = xxh64(std::as_bytes(std::span(hashes)));
  }
  return hashes[0];
}

}  // namespace

Duplicates DuplicateFinder::find() {
  collect();
  keep_equal();
  hash_all(Extent::kHead);
  keep_equal();
  hash_all(Extent::kWhole);
  return group();
}

void DuplicateFinder::collect() {
  const Tree& tree = setup_.tree;
  std::vector<bool> seen;  // files with several names count once
  for (const Link link : TreeWalk(tree)) {
    const InodeNumber number = tree.inode_of(link);
    const InodeRecord& inode = tree.inode(number);
    const bool eligible = inode.is_regular() && !inode.has_extent_list() && inode.size > 0 &&
                          inode.size <= setup_.max_size;
    if (!eligible) continue;
    if (inode.nlink > 1) {
      if (seen.empty()) seen.resize(tree.inodes().size());
      if (seen[number.value - 1]) continue;
      seen[number.value - 1] = true;
    }
    candidates_.push_back({inode.size, 0, link});
  }
}

// Keeps the candidates that may equal another, as far as known.
void DuplicateFinder::keep_equal() {
  using Key = std::pair<std::uint64_t, std::uint64_t>;
  std::vector<Key> keys;
  keys.reserve(candidates_.size());
  for (const Candidate& candidate : candidates_) keys.emplace_back(candidate.size, candidate.hash);
  std::ranges::sort(keys);
  std::erase_if(candidates_, [&](const Candidate& candidate) {
    const Key key(candidate.size, candidate.hash);
    const auto [first, last] = std::equal_range(keys.begin(), keys.end(), key);
    return last - first == 1;
  });
}

void DuplicateFinder::hash_all(Extent extent) {
  std::vector<Candidate*> to_hash;
  for (Candidate& candidate : candidates_) {
    if (extent == Extent::kHead || candidate.size > kHeadSize) to_hash.push_back(&candidate);
  }
  setup_.progress.files_to_compare += to_hash.size();
  const CandidateScan scan = {.tree = setup_.tree,
                              .root_fd = setup_.root_fd,
                              .warnings = setup_.warnings,
                              .threads = readers(),
                              .buffer_size = extent == Extent::kHead ? kHeadSize : kReadSize};
  scan.for_each_run(std::span<Candidate* const>(to_hash),
                    [&](FileReader& reader, MutableByteSpan buffer, auto run) {
                      hash_run(reader, buffer, run, extent);
                    });
  std::erase_if(candidates_, [](const Candidate& candidate) { return candidate.size == 0; });
}

// A spooled archive is one temporary file, so there is no waiting to overlap.
unsigned DuplicateFinder::readers() const {
  const bool is_archive = setup_.tree.source().places().archive.has_value();
  return is_archive ? setup_.threads : std::max(setup_.threads, kReaders);
}

void DuplicateFinder::hash_run(FileReader& reader, MutableByteSpan buffer,
                               std::span<Candidate* const> run, Extent extent) {
  for (Candidate* const candidate : run) {
    const std::uint64_t size =
        extent == Extent::kHead ? std::min(candidate->size, kHeadSize) : candidate->size;
    const auto hash = hash_of(reader, candidate->link, size, buffer);
    candidate->hash = hash.value_or(0);
    if (!hash) candidate->size = 0;  // which no candidate has
  }
  setup_.progress.files_compared += run.size();
}

// Groups in the order of their first files, files in path order.
Duplicates DuplicateFinder::group() {
  const auto key = [this](std::uint32_t i) {
    return std::tie(candidates_[i].size, candidates_[i].hash);
  };
  std::vector<std::uint32_t> order(candidates_.size());
  std::iota(order.begin(), order.end(), 0U);
  std::ranges::sort(order, {},
                    [&](std::uint32_t i) { return std::tuple_cat(key(i), std::tuple(i)); });
  std::vector<std::span<const std::uint32_t>> groups;
  for (std::size_t begin = 0, end = 0; begin < order.size(); begin = end) {
    while (end < order.size() && key(order[end]) == key(order[begin])) ++end;
    if (end - begin > 1) groups.push_back(std::span(order).subspan(begin, end - begin));
  }
  std::ranges::sort(groups, {}, [](const auto& group) { return group.front(); });
  Duplicates duplicates;
  std::vector<Link> links;
  for (const auto& group : groups) {
    links.clear();
    for (const std::uint32_t i : group) links.push_back(candidates_[i].link);
    duplicates.add(links);
  }
  return duplicates;
}

}  // namespace zvfs
