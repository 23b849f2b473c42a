#include "tests/support/image_walk.h"

#include <algorithm>
#include <optional>

namespace zvfs::testing {
namespace {

constexpr std::uint64_t kReadLimit = std::uint64_t{1} << 20;
constexpr int kSegmentLimit = 1000;

class Walk {
 public:
  explicit Walk(const Image& image) : image_(image) {}

  void visit(InodeNumber number) {
    const auto inode = note(image_.inode(number));
    if (!inode) return;
    note(image_.xattr_names(*inode));
    if (const auto missing = image_.xattr(*inode, "user.none");
        !missing && missing.error().code != ErrorCode::kNotFound) {
      note(missing);
    }
    if (inode->record.is_directory()) visit_directory(*inode);
    if (inode->record.is_symlink()) note(image_.symlink_target(*inode));
    if (inode->record.is_regular()) visit_file(*inode);
  }

  Result<void> outcome() && {
    if (first_error_) return Unexpected(*std::move(first_error_));
    return {};
  }

 private:
  template <typename T>
  std::optional<T> note(Result<T> result) {
    if (result) return *std::move(result);
    if (!first_error_) first_error_ = std::move(result).error();
    return std::nullopt;
  }
  void note(const Result<void>& result) {
    if (!result && !first_error_) first_error_ = result.error();
  }

  void visit_directory(const Inode& directory) {
    int left = 1000;
    note(image_.list(directory, 0, [&](const Dentry& dentry) {
      const auto found = note(image_.lookup(directory, dentry.name));
      if (found) note(image_.inode(*found));
      return --left > 0;
    }));
  }

  void visit_file(const Inode& inode) {
    note(image_.read(inode, 0, kReadLimit));
    if (inode.record.size > kReadLimit) {
      note(image_.read(inode, inode.record.size - kReadLimit, kReadLimit));
    }
    std::uint64_t offset = 0;
    for (int i = 0; i < kSegmentLimit && offset < inode.record.size; ++i) {
      const auto segment = note(image_.segment_at(inode, offset));
      if (!segment || segment->end <= offset) return;
      offset = segment->end;
    }
  }

  const Image& image_;
  std::optional<Error> first_error_;
};

}  // namespace

Result<void> walk_image(const Image& image, std::uint32_t max_inodes) {
  const std::uint64_t inodes = image.header().table(Table::kInodes).rows;
  Walk walk(image);
  for (std::uint32_t i = 1; i <= std::min<std::uint64_t>(inodes, max_inodes); ++i) walk.visit({i});
  return std::move(walk).outcome();
}

Result<void> open_and_walk(ByteVector bytes) {
  const auto image =
      ZVFS_TRY(Image::open(std::make_unique<MemorySource>(std::move(bytes)), ImageOptions{}));
  return walk_image(*image);
}

Result<ByteVector> read_whole(const Image& image, const Inode& inode) {
  ByteVector whole;
  for (const FileSlice& slice : ZVFS_TRY(image.read(inode, 0, inode.record.size))) {
    whole.insert(whole.end(), slice.bytes.begin(), slice.bytes.end());
  }
  return whole;
}

}  // namespace zvfs::testing
