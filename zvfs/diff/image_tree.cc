#include "zvfs/diff/image_tree.h"

#include <algorithm>
#include <utility>

#include "zvfs/command/open_image.h"

namespace zvfs {
namespace {

class ImageContent final : public ComparableContent {
 public:
  ImageContent(const Image& image, const Inode& inode)
      : image_(image), raw_(image.raw()), cursor_(raw_.index()), inode_(inode) {}

  Result<ContentRun> run_at(std::uint64_t offset) override {
    if (offset < segment_.begin || offset >= segment_.end) {
      segment_ = ZVFS_TRY(image_.segment_at(inode_, offset, segment_.next_extent));
    }
    if (!segment_.is_data) return ContentRun{segment_.end, true, std::nullopt};
    const StreamOffset stream{segment_.stream.value + (offset - segment_.begin)};
    part_.frame = ZVFS_TRY(raw_.frame_table().find(cursor_, stream, segment_.first_frame));
    part_.offset = static_cast<std::uint32_t>(stream.value - part_.frame.begin.value);
    const std::uint64_t length = part_.frame.end().value - stream.value;
    return ContentRun{offset + std::min(length, segment_.end - offset), false, part_};
  }

  Result<ByteSpan> read(std::uint64_t, std::uint64_t length) override {
    frame_ = ZVFS_TRY(raw_.frames().read({FrameKey::Space::kData, part_.frame.number.value},
                                         FrameClass::kPacked, part_.frame.location));
    return frame_->bytes().subspan(part_.offset, length);
  }

 private:
  const Image& image_;
  const ImageTables& raw_;
  IndexReader::Cursor cursor_;
  const Inode inode_;
  FileSegment segment_;
  FramePart part_;
  FramePtr frame_;
};

class ImageTree final : public ComparableTree {
 public:
  explicit ImageTree(std::unique_ptr<Image> image) : image_(std::move(image)) {}

  Result<InodeRecord> inode(InodeNumber number) override {
    return ZVFS_TRY(image_->inode(number)).record;
  }

  Result<std::vector<Name>> names(InodeNumber directory, std::uint32_t first) override {
    constexpr std::size_t kBatch = 512;
    const Inode inode = ZVFS_TRY(image_->inode(directory));
    std::vector<Name> names;
    if (first >= inode.record.count) return names;
    ZVFS_TRY(image_->list(inode, first, [&](const Dentry& dentry) {
      names.push_back({std::string(dentry.name), dentry.inode});
      return names.size() < kBatch;
    }));
    // Every name belongs to one directory; without a limit, some could be met again and again.
    names_ += names.size();
    if (names_ > image_->raw().index().rows(Table::kDentries)) {
      return fail(ErrorCode::kCorrupt, "its entries are those of other directories, too");
    }
    return names;
  }

  Result<std::string> symlink_target(InodeNumber number) override {
    return image_->symlink_target(ZVFS_TRY(image_->inode(number)));
  }

  Result<XattrSet> xattrs(InodeNumber number) override {
    return image_->xattrs(ZVFS_TRY(image_->inode(number)));
  }

  Result<std::unique_ptr<ComparableContent>> open(InodeNumber number, InodeNumber,
                                                  const std::string&) override {
    const Inode inode = ZVFS_TRY(image_->inode(number));
    return std::unique_ptr<ComparableContent>(std::make_unique<ImageContent>(*image_, inode));
  }

  [[nodiscard]] const Image* image() const override { return image_.get(); }

 private:
  const std::unique_ptr<const Image> image_;
  std::uint64_t names_ = 0;  // that were listed
};

}  // namespace

Result<std::unique_ptr<ComparableTree>> open_image_tree(const std::string& path,
                                                        const TrustOptions& trust) {
  auto image = ZVFS_TRY(open_image(path, trust));
  return std::unique_ptr<ComparableTree>(std::make_unique<ImageTree>(std::move(image)));
}

}  // namespace zvfs
