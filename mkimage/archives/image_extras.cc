#include "mkimage/archives/image_extras.h"

#include <cstdint>
#include <optional>
#include <utility>

#include "base/path_names.h"
#include "base/units.h"
#include "format/paged_array.h"
#include "tar/pax_records.h"

namespace zvfs {
namespace {

// In a hostile image, a few bytes may name any number of sockets with long paths.
constexpr std::uint64_t kMaxSize = 128 * kMiB;
constexpr std::uint32_t kOtherRecords = 128 * kKiB;  // of a member, mainly for its path

/// Walks the tree of an image, each directory once. Not thread-safe.
class ExtrasReader {
 public:
  explicit ExtrasReader(const Image& image)
      : image_(image),
        large_sets_(image.raw().index().rows(Table::kXattrSets)),
        seen_(image.raw().index().rows(Table::kInodes)) {}

  Result<ImageExtras> read() {
    ZVFS_TRY(find_large_sets());
    if (!has_large_sets_ && !ZVFS_TRY(has_sockets())) return ImageExtras();
    ZVFS_TRY(take_inode(kRootInode));
    levels_.push_back({ZVFS_TRY(image_.inode(kRootInode)), 0, 0});
    while (!levels_.empty()) ZVFS_TRY(step());
    return std::move(extras_);
  }

 private:
  struct Level {
    Inode directory;
    std::uint32_t next;     // entry
    std::size_t path_size;  // of the directory, with a slash unless it is the root
  };

  Result<void> find_large_sets() {
    IndexReader::Cursor rows(image_.raw().index());
    for (std::uint64_t row = 0; row < large_sets_.size(); ++row) {
      const auto set = ZVFS_TRY(rows.row<XattrSetRecord>(Table::kXattrSets, row));
      const bool is_large = set.length > kMaxXattrSetSize ||
                            !fits_in_tar({set.offset, set.length + kOtherRecords, set.count});
      if (!is_large) continue;
      large_sets_.insert(row);
      has_large_sets_ = true;
    }
    return {};
  }

  Result<bool> has_sockets() {
    IndexReader::Cursor rows(image_.raw().index());
    const std::uint64_t count = image_.raw().index().rows(Table::kDentries);
    for (std::uint64_t row = 0; row < count; ++row) {
      const auto dentry = ZVFS_TRY(rows.row<DentryRecord>(Table::kDentries, row));
      if (dentry.type == FileType::kSocket) return true;
    }
    return false;
  }

  // Takes the entries of the innermost directory up to its next subdirectory.
  Result<void> step() {
    Level& level = levels_.back();
    path_.resize(level.path_size);
    std::optional<InodeNumber> below;
    Result<void> taken;
    ZVFS_TRY(image_.list(level.directory, level.next, [&](const Dentry& dentry) {
      ++level.next;
      ++entries_;
      path_.resize(level.path_size);
      path_ += dentry.name;
      taken = take(dentry);
      if (dentry.type == FileType::kDirectory) below = dentry.inode;
      return taken.has_value() && !below;
    }));
    ZVFS_TRY(std::move(taken));
    if (entries_ > image_.raw().index().rows(Table::kDentries)) {
      return fail(ErrorCode::kCorrupt, "directories share entries");
    }
    if (!below) return levels_.pop_back(), Result<void>();
    if (below->value > seen_.size() || !seen_.insert(below->value - 1)) return {};
    const Inode directory = ZVFS_TRY(image_.inode(*below));
    if (!directory.record.is_directory() || path_.size() >= kMaxPathSize) return {};
    path_ += '/';
    levels_.push_back({directory, 0, path_.size()});
    return {};
  }

  Result<void> take(const Dentry& dentry) {
    if (dentry.type == FileType::kSocket || has_large_sets_) return take_inode(dentry.inode);
    return {};
  }

  // Takes the entry at `path_`, if it is of interest.
  Result<void> take_inode(InodeNumber number) {
    const Inode inode = ZVFS_TRY(image_.inode(number));
    const bool is_socket = inode.record.is_socket();
    const std::uint32_t set = inode.record.xattr_set;
    const bool is_large = set > 0 && set <= large_sets_.size() && large_sets_.contains(set - 1);
    if (!is_socket && !is_large) return {};
    ZVFS_TRY(charge(sizeof(TarEntry) + path_.size()));
    const auto xattrs = ZVFS_TRY(xattrs_of(inode));
    if (is_socket) {
      extras_.sockets.push_back(make_socket(inode.record, path_, *xattrs));
    } else {
      extras_.xattrs.emplace(path_, xattrs);
    }
    return {};
  }

  Result<IndexExtras::SharedXattrs> xattrs_of(const Inode& inode) {
    IndexExtras::SharedXattrs& known = sets_[inode.record.xattr_set];
    if (known == nullptr) {
      auto xattrs = std::make_shared<const XattrSet>(ZVFS_TRY(image_.xattrs(inode)));
      for (const Xattr& xattr : xattrs->xattrs()) {
        ZVFS_TRY(charge(sizeof(Xattr) + xattr.name.size() + xattr.value.size()));
      }
      known = std::move(xattrs);
    }
    return known;
  }

  Result<void> charge(std::uint64_t size) {
    size_ += size;
    if (size_ <= kMaxSize) return {};
    return fail(ErrorCode::kTooLarge, "sockets and extended attributes exceed {}",
                human_size(kMaxSize));
  }

  const Image& image_;
  PagedBits large_sets_;  // by row
  bool has_large_sets_ = false;
  PagedBits seen_;  // directories, by inode number less 1
  std::vector<Level> levels_;
  std::uint64_t entries_ = 0;  // that were taken
  std::string path_;
  std::map<std::uint32_t, IndexExtras::SharedXattrs> sets_;  // by row plus 1
  std::uint64_t size_ = 0;
  ImageExtras extras_;
};

}  // namespace

Result<ImageExtras> ImageExtras::read(const Image& image) { return ExtrasReader(image).read(); }

}  // namespace zvfs
