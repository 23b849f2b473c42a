#include "tests/damage/image_truth.h"

#include <algorithm>
#include <utility>

#include <fmt/core.h>

#include "codecs/checksum.h"
#include "tests/support/image_walk.h"

namespace zvfs::testing {
namespace {

std::uint32_t inode_count(const Image& image) {
  return static_cast<std::uint32_t>(image.raw().index().rows(Table::kInodes));
}

std::vector<std::pair<std::string, std::uint32_t>> names_of(const Image& image,
                                                            const Inode& inode) {
  std::vector<std::pair<std::string, std::uint32_t>> names;
  static_cast<void>(image.list(inode, 0, [&](const Dentry& dentry) {
    names.emplace_back(dentry.name, dentry.inode.value);
    return true;
  }));
  return names;
}

void set_wrong(Verdict& verdict, std::uint32_t number, std::string_view what) {
  if (verdict.wrong.empty()) verdict.wrong = fmt::format("inode {}: {}", number, what);
}

}  // namespace

ImageTruth::ImageTruth(std::unique_ptr<const Image> image) : image_(std::move(image)) {
  for (std::uint32_t number = 1; number <= inode_count(*image_); ++number) {
    const Inode inode = image_->inode({number}).value();
    if (!inode.record.is_regular() || inode.record.allocated == 0) continue;
    contents_[number] = xxh64(read_whole(*image_, inode).value());
    note_frames(inode);
  }
}

void ImageTruth::note_frames(const Inode& inode) {
  const ImageTables& raw = image_->raw();
  IndexReader::Cursor cursor(raw.index());
  for (std::uint64_t offset = 0; offset < inode.record.size;) {
    const FileSegment segment = image_->segment_at(inode, offset).value();
    offset = segment.end;
    if (!segment.is_data) continue;
    const std::uint64_t stream_end = segment.stream.value + (segment.end - segment.begin);
    for (StreamOffset at = segment.stream; at.value < stream_end;) {
      const DataFrame frame = raw.frame_table().find(cursor, at, segment.first_frame).value();
      auto& files = files_by_frame_[frame.location.offset.value];
      if (files.empty() || files.back() != inode.number.value) files.push_back(inode.number.value);
      at = frame.end();
    }
  }
}

std::vector<std::uint32_t> ImageTruth::files_in(std::uint64_t begin, std::uint64_t end) const {
  std::vector<std::uint32_t> files;
  auto frame = files_by_frame_.upper_bound(begin);
  if (frame != files_by_frame_.begin()) --frame;
  for (; frame != files_by_frame_.end() && frame->first < end; ++frame) {
    files.insert(files.end(), frame->second.begin(), frame->second.end());
  }
  std::ranges::sort(files);
  files.erase(std::unique(files.begin(), files.end()), files.end());
  return files;
}

std::vector<std::uint32_t> ImageTruth::every(std::size_t step, std::size_t first) const {
  std::vector<std::uint32_t> files;
  std::size_t position = 0;
  for (const auto& [number, hash] : contents_) {
    if (position++ % step == first % step) files.push_back(number);
  }
  return files;
}

Verdict ImageTruth::judge_files(const Image& damaged,
                                const std::vector<std::uint32_t>& files) const {
  Verdict verdict;
  verdict.opened = true;
  for (const std::uint32_t number : files) judge_file(damaged, number, verdict);
  return verdict;
}

void ImageTruth::judge_file(const Image& damaged, std::uint32_t number, Verdict& verdict) const {
  const auto inode = damaged.inode({number});
  if (!inode) {
    ++verdict.failed;
    return;
  }
  if (inode->record != image_->inode({number})->record) {
    return set_wrong(verdict, number, "another record");
  }
  const auto content = read_whole(damaged, *inode);
  if (!content) {
    ++verdict.failed;
  } else if (xxh64(*content) == contents_.at(number)) {
    ++verdict.right;
  } else {
    set_wrong(verdict, number, "wrong bytes");
  }
}

Verdict ImageTruth::judge_all(const Image& damaged) const {
  Verdict verdict;
  verdict.opened = true;
  for (std::uint32_t number = 1; number <= inode_count(damaged); ++number) {
    if (contents_.contains(number)) judge_file(damaged, number, verdict);
    judge_attributes(damaged, number, verdict);
  }
  return verdict;
}

// Compares everything except the content.
void ImageTruth::judge_attributes(const Image& damaged, std::uint32_t number,
                                  Verdict& verdict) const {
  const auto inode = damaged.inode({number});
  if (!inode) return;
  const Inode sound = image_->inode({number}).value();
  if (inode->record != sound.record) return set_wrong(verdict, number, "another record");
  if (inode->record.is_directory()) judge_names(damaged, number, verdict);
  if (inode->record.is_symlink()) {
    const auto target = damaged.symlink_target(*inode);
    if (target && *target != *image_->symlink_target(sound)) {
      set_wrong(verdict, number, "another target");
    }
  }
  const auto xattrs = damaged.xattrs(*inode);
  if (xattrs && *xattrs != *image_->xattrs(sound)) set_wrong(verdict, number, "other attributes");
}

// Names may be missing, but there must be no new ones.
void ImageTruth::judge_names(const Image& damaged, std::uint32_t number, Verdict& verdict) const {
  const Inode sound = image_->inode({number}).value();
  const auto expected = names_of(*image_, sound);
  for (const auto& name : names_of(damaged, damaged.inode({number}).value())) {
    if (std::ranges::find(expected, name) == expected.end()) {
      set_wrong(verdict, number, "a name that is not there");
    }
  }
}

}  // namespace zvfs::testing
