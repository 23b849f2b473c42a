#include "mkimage/duplicate_finder.h"

#include <algorithm>
#include <array>
#include <numeric>
#include <tuple>

#include "base/parallel.h"
#include "codecs/checksum.h"
#include "mkimage/tree_walk.h"

namespace zvfs {
namespace {

constexpr std::size_t kReadSize = std::size_t{256} << 10;

// Neighbours in path order, which one thread hashes: their directory is opened once.
constexpr std::size_t kRunLength = 64;

std::uint64_t hash_of(FileReader& reader, Link link, std::uint64_t size, MutableByteSpan buffer) {
  std::array<std::uint64_t, 2> hashes = {};  // of what precedes, and of the piece
  for (std::uint64_t offset = 0; offset < size; offset += buffer.size()) {
    const MutableByteSpan piece =
        buffer.first(std::min<std::uint64_t>(buffer.size(), size - offset));
    reader.read(link, offset, piece);
    hashes[1] = xxh64(piece);
    hashes[0] = xxh64(std::as_bytes(std::span(hashes)));
  }
  return hashes[0];
}

}  // namespace

Duplicates DuplicateFinder::find() {
  collect();
  keep_equal_sizes();
  hash_all();
  return group();
}

void DuplicateFinder::collect() {
  const Tree& tree = setup_.tree;
  std::vector<bool> seen;  // files with several names count once
  TreeWalk walk(tree);
  for (Link link = walk.next(); link.directory.value != 0; link = walk.next()) {
    const InodeNumber number = tree.inode_of(link);
    const InodeRecord& inode = tree.inode(number);
    const bool eligible =
        is_regular(inode) && !is_sparse(inode) && inode.size > 0 && inode.size <= setup_.max_size;
    if (!eligible) continue;
    if (inode.nlink > 1) {
      if (seen.empty()) seen.resize(tree.inodes().size());
      if (seen[number.value - 1]) continue;
      seen[number.value - 1] = true;
    }
    candidates_.push_back({inode.size, 0, link});
  }
}

void DuplicateFinder::keep_equal_sizes() {
  std::vector<std::uint64_t> sizes;
  sizes.reserve(candidates_.size());
  for (const Candidate& candidate : candidates_) sizes.push_back(candidate.size);
  std::ranges::sort(sizes);
  std::erase_if(candidates_, [&](const Candidate& candidate) {
    const auto [first, last] = std::equal_range(sizes.begin(), sizes.end(), candidate.size);
    return last - first == 1;
  });
}

void DuplicateFinder::hash_all() {
  run_on_threads(setup_.threads, [this](unsigned) { hash_some(); });
}

void DuplicateFinder::hash_some() {
  FileReader reader(setup_.tree, setup_.root_fd, setup_.troubles);
  ByteVector buffer(kReadSize);
  std::size_t begin = 0;
  std::size_t end = 0;
  while (next_run(begin, end)) {
    for (Candidate& candidate : std::span(candidates_).subspan(begin, end - begin)) {
      candidate.hash = hash_of(reader, candidate.link, candidate.size, buffer);
    }
  }
}

bool DuplicateFinder::next_run(std::size_t& begin, std::size_t& end) {
  const MutexLock lock(mutex_);
  begin = next_;
  end = next_ = std::min(candidates_.size(), next_ + kRunLength);
  return begin < end;
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
