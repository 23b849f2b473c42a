#include "zvfs/repair/repairer.h"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>
#include <vector>

#include "base/quoting.h"
#include "base/units.h"
#include "base/warnings.h"
#include "codecs/zstd_stream.h"
#include "format/index_header.h"
#include "mkimage/frames/image_writer.h"
#include "mkimage/report/progress.h"
#include "mkimage/report/report.h"
#include "trust/sha256.h"
#include "zvfs/check/checker.h"
#include "zvfs/repair/found_content.h"
#include "zvfs/repair/frame_walk.h"
#include "zvfs/repair/image_rebuild.h"
#include "zvfs/repair/missing_names.h"
#include "zvfs/repair/old_index.h"
#include "zvfs/repair/stream_salvage.h"

namespace zvfs {
namespace {

constexpr std::uint32_t kPieceSize = 256 * 1024;

class Repairer {
 public:
  Repairer(const ImageSource& source, const RepairOptions& options)
      : source_(source), options_(options) {}

  Result<RepairReport> run(int out_fd) {
    found_ = ZVFS_TRY(FrameWalk(source_, position()).run());
    if (found_.frames.empty()) return nothing_found();
    report_.gaps = found_.gaps.size();
    open_index();
    ZVFS_TRY(place_frames());
    ZVFS_TRY(salvage());
    const bool copies_all = ZVFS_TRY(can_copy_all());
    // With the old index come the old digests.
    ImageWriter writer(out_fd, "the new image", unwatched_, nullptr,
                       copies_all ? DigestChoice::kLeaveOut : DigestChoice::kWrite);
    if (copies_all) {
      ZVFS_TRY(copy_all(writer));
    } else {
      ZVFS_TRY(rebuild(writer));
      ZVFS_TRY(report_lost());
    }
    report_.image_size = writer.image_size();
    return report_;
  }

 private:
  // What zstd --long writes needs more memory than anybody's images.
  [[nodiscard]] Unexpected nothing_found() const {
    std::array<std::byte, 18> head{};
    const auto size = source_.read(
        0, MutableByteSpan(head).first(std::min<std::uint64_t>(head.size(), source_.size())));
    const auto window = size ? ZstdStream::window_of(head) : std::nullopt;
    if (!window || *window >> ZstdStream::kMaxWindowLog == 0) {
      return fail(ErrorCode::kInvalidArgument, "no zstd or lz4 frame that decodes");
    }
    return fail(ErrorCode::kInvalidArgument,
                "a zstd frame with a window of {}, above 128M (zstd --long); decompress it first: "
                "zstd -dc --long=31 FILE | mkimage - IMAGE",
                human_size(*window));
  }

  // Opens the last intact index: of several archives in a row, that of the last one.
  void open_index() {
    for (std::size_t i = found_.indexes.size(); i-- > 0 && index_ == nullptr;) {
      auto index = OldIndex::open(source_, found_.indexes[i]);
      if (index) index_ = *std::move(index);
    }
  }

  // With an index, frames that do not belong to the image are dropped.
  Result<void> place_frames() {
    places_.assign(found_.frames.size(), std::nullopt);
    if (index_ == nullptr) return {};
    auto places = index_->place(found_.frames);
    const bool has_any =
        places && std::ranges::any_of(*places, [](const auto& place) { return place.has_value(); });
    if (!has_any) {
      index_ = nullptr;
      return {};
    }
    std::vector<FoundFrame> placed;
    for (std::size_t i = 0; i < places->size(); ++i) {
      if ((*places)[i]) placed.push_back(found_.frames[i]);
    }
    std::erase(*places, std::nullopt);
    found_.frames = std::move(placed);
    places_ = *std::move(places);
    has_all_frames_ = ZVFS_TRY(index_->has_exactly(found_.frames));
    return {};
  }

  Result<void> salvage() {
    options_.progress->pass = 1;
    const bool has_gaps = !found_.gaps.empty();
    StreamSalvage salvage(index_.get(), has_gaps, [this](std::string_view path) {
      if (index_ == nullptr) lose(path);
    });
    FoundContent content(source_);
    for (std::size_t i = 0; i < found_.frames.size(); ++i) {
      *position() = found_.frames[i].coded.begin;
      ZVFS_TRY(content.open(found_.frames[i]));
      note_digest(i, content.coded());
      salvage.begin_frame(found_.frames[i].follows_gap, places_[i]);
      while (true) {
        const ByteSpan bytes = ZVFS_TRY(content.next());
        if (bytes.empty()) break;
        salvage.take(bytes);
      }
    }
    plan_ = salvage.finish();
    return {};
  }

  // Notes whether the index has the digest of that frame, if it should.
  void note_digest(std::size_t number, ByteSpan coded) {
    if (!has_all_frames_ || !index_->image().header().has_digests()) return;
    const FrameKey key{FrameKey::Space::kData, static_cast<std::uint32_t>(number)};
    const auto digest = index_->image().raw().digests().of(key);
    if (!digest || *digest != Sha256::of(coded)) has_all_digests_ = false;
  }

  // An index that breaks rules is no damage, but a lie or a mistake: then it is made anew.
  [[nodiscard]] Result<bool> can_copy_all() const {
    if (index_ == nullptr || !plan_.is_whole || !has_all_frames_) return false;
    const MemorySource copy(ZVFS_TRY(index_->index_frame()));
    const auto index = OldIndex::open(copy, {0, copy.size()});
    const bool is_sound = index && has_all_digests_ && has_sound_index((*index)->image().raw());
    if (!is_sound) options_.on_note("the index breaks rules of the format: it is made anew");
    return is_sound;
  }

  // Only bytes after the index or before the image are damaged.
  Result<void> copy_all(ImageWriter& writer) {
    options_.progress->pass = 2;
    FoundContent content(source_);
    const Image& image = index_->image();
    IndexReader::Cursor cursor(image.raw().index());
    for (std::uint32_t number = 0; number < found_.frames.size(); ++number) {
      const FoundFrame& frame = found_.frames[number];
      const DataFrame row = ZVFS_TRY(image.raw().frame_table().frame(cursor, {number}));
      ZVFS_TRY(content.open(frame));
      CodedFrame coded;
      coded.number = {number};
      coded.stream_offset = row.begin;
      coded.decoded_size = row.location.decoded_size;
      coded.checksum = frame.checksum;
      coded.kind = row.location.kind;
      coded.bytes.assign(content.coded().begin(), content.coded().end());
      ZVFS_TRY(writer.write(coded));
    }
    const ByteVector index = ZVFS_TRY(index_->index_frame());
    report_.copied_frames = found_.frames.size();
    report_.saved_names = image.raw().index().rows(Table::kDentries);
    return writer.finish(index);
  }

  Result<void> rebuild(ImageWriter& writer) {
    options_.progress->pass = 2;
    Warnings warnings([this](const Warning& warning) { take_warning(warning); });
    ImageRebuild rebuild({.source = source_,
                          .plan = plan_,
                          .index = index_.get(),
                          .frame_bound = options_.frame_bound,
                          .piece_size = std::min(kPieceSize, options_.frame_bound),
                          .encoder = options_.encoder,
                          .compat = features(),
                          .warnings = warnings,
                          .position = position()},
                         writer);
    BuildReport built;
    ZVFS_TRY(rebuild.run(found_.frames, built));
    report_.copied_frames = rebuild.copied_frames();
    report_.encoded_frames = rebuild.encoded_frames();
    report_.saved_names = built.files + built.directories + built.symlinks + built.others +
                          built.hard_links - 1;  // the root has no name
    return {};
  }

  // If members are missing, directories may have none.
  [[nodiscard]] std::uint32_t features() const {
    const bool has_all_members = plan_.has_end_mark && plan_.dropped == 0 && !plan_.resumed;
    const bool is_ours = index_ == nullptr ? plan_.is_ours : !is_foreign(index_->image());
    return is_ours && has_all_members ? 0 : IndexHeader::kForeignStream;
  }

  static bool is_foreign(const Image& image) {
    return (image.header().compat & IndexHeader::kForeignStream) != 0;
  }

  void take_warning(const Warning& warning) {
    if (warning.severity == Warning::Severity::kNote && plan_.is_whole) {
      options_.on_note(fmt::format("{}: {}", quote_name(warning.path), warning.message));
    } else if (warning.severity != Warning::Severity::kNote) {
      options_.on_note(fmt::format("{}: {}", quote_name(warning.path), warning.message));
      report_.may_have_lost_more = true;
    }
  }

  // With an index, reports the names that the new image lacks; otherwise the places where bytes are
  // missing.
  Result<void> report_lost() {
    if (index_ != nullptr) {
      return find_missing_names(index_->image(), plan_.paths,
                                [this](std::string_view path) { lose(path); });
    }
    const std::uint64_t archive_end = this->archive_end();
    for (const FileRange& gap : found_.gaps) {
      const bool is_before = plan_.begins_archive && gap.begin < found_.frames.front().coded.begin;
      const bool is_behind = plan_.has_end_mark && gap.begin >= archive_end;
      if (is_before || is_behind) continue;
      options_.on_note(fmt::format("{} bytes at {} do not decode; their contents are lost",
                                   gap.size(), gap.begin));
      report_.may_have_lost_more = true;
    }
    if (!plan_.has_end_mark) {
      options_.on_note("the archive has no end mark; whatever followed is lost");
      report_.may_have_lost_more = true;
    }
    return {};
  }

  // The offset in the file at which the last frame of the archive ends. Bytes after it are not a
  // loss.
  [[nodiscard]] std::uint64_t archive_end() const {
    std::uint64_t at = 0;
    for (const FoundFrame& frame : found_.frames) {
      at += frame.decoded_size;
      if (at >= plan_.end) return frame.coded.end;
    }
    return source_.size();
  }

  void lose(std::string_view path) {
    ++report_.lost_names;
    options_.on_lost(path);
  }

  [[nodiscard]] std::atomic<std::uint64_t>* position() const {
    return &options_.progress->position;
  }

  const ImageSource& source_;
  const RepairOptions& options_;
  FrameWalkResult found_;
  std::unique_ptr<OldIndex> index_;
  std::vector<std::optional<StreamOffset>> places_;  // of the frames, if there is an index
  bool has_all_frames_ = false;                      // that the index has
  bool has_all_digests_ = true;                      // and their digests, if it has any
  SalvagePlan plan_;
  Progress unwatched_;
  RepairReport report_;
};

}  // namespace

Result<RepairReport> repair_image(const ImageSource& source, int out_fd,
                                  const RepairOptions& options) {
  return Repairer(source, options).run(out_fd);
}

}  // namespace zvfs
