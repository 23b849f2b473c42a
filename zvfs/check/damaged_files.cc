#include "zvfs/check/damaged_files.h"

#include <algorithm>
#include <map>

#include "zvfs/check/check_context.h"
#include "zvfs/walk/selected_walk.h"

namespace zvfs {
namespace {

constexpr std::uint32_t kLong = 1024;  // extents: a file of more is examined once for all its names

class DamageFinder final : public TreeVisitor {
 public:
  DamageFinder(const Image& image, const std::vector<LostRun>& lost,
               const std::function<void(std::string_view)>& found)
      : lost_(lost),
        found_(found),
        extents_(image.raw().index()),
        visits_left_(image.raw().index().rows(Table::kExtents) * kMaxSharing + kFreeVisits) {}

  Result<Descend> enter(const WalkEntry& entry) override {
    if (entry.inode.record.is_regular() && is_damaged(entry.inode)) found_(entry.path);
    return Descend::kAll;
  }

  Result<void> lost(std::string_view path, Error) override {
    found_(path);
    return {};
  }

 private:
  bool is_damaged(const Inode& file) {
    const InodeRecord& inode = file.record;
    if (!inode.has_extent_list()) return is_lost(inode.data, inode.size);
    if (inode.count < kLong) return has_lost_extent(inode);
    const auto [known, is_new] = long_files_.try_emplace(file.number.value, true);
    // Files that share their extents with too many others count as damaged.
    if (is_new && inode.count <= visits_left_) {
      visits_left_ -= inode.count;
      known->second = has_lost_extent(inode);
    }
    return known->second;
  }

  bool has_lost_extent(const InodeRecord& inode) {
    for (std::uint64_t i = 0; i < inode.count; ++i) {
      const auto extent = extents_.row<ExtentRecord>(Table::kExtents, inode.data + i);
      if (!extent || is_lost(extent->stream_offset, extent->length)) return true;
    }
    return false;
  }

  [[nodiscard]] bool is_lost(std::uint64_t begin, std::uint64_t size) const {
    const auto run = std::ranges::upper_bound(lost_, StreamOffset{begin}, {}, &LostRun::end);
    return size > 0 && run != lost_.end() && run->begin.value < begin + size;
  }

  const std::vector<LostRun>& lost_;
  const std::function<void(std::string_view)>& found_;
  IndexReader::Cursor extents_;
  std::uint64_t visits_left_;
  std::map<std::uint32_t, bool> long_files_;  // whether they are damaged, by inode number
};

}  // namespace

Result<void> list_damaged_files(const Image& image, const std::vector<LostRun>& lost,
                                const std::function<void(std::string_view path)>& found) {
  DamageFinder finder(image, lost, found);
  Selection everything = ZVFS_TRY(Selection::parse({}));
  return SelectedWalk(image, everything, finder).run();
}

}  // namespace zvfs
