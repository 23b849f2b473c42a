#include <cstdio>
#include <vector>

#include "base/quoting.h"
#include "base/standard_streams.h"
#include "zvfs/command/commands.h"
#include "zvfs/command/listing.h"
#include "zvfs/command/open_image.h"
#include "zvfs/command/trust_flags.h"
#include "zvfs/inspect/info_text.h"
#include "zvfs/walk/select_paths.h"
#include "zvfs/walk/selected_walk.h"

namespace zvfs {
namespace {

// Prints a line for each regular file of a walk.
class FootprintPrinter final : public TreeVisitor {
 public:
  using Line = std::function<std::string(const FileFootprint&, const WalkEntry&)>;

  FootprintPrinter(const Image& image, Listing& listing, Line line)
      : footprints_(image), listing_(listing), line_(std::move(line)) {}

  Result<Descend> enter(const WalkEntry& entry) override {
    if (entry.inode.record.is_directory()) {
      return entry.reason == WalkEntry::Reason::kOnTheWay ? Descend::kMatches : Descend::kAll;
    }
    if (!entry.inode.record.is_regular()) return Descend::kNot;
    const auto footprint = footprints_.of(entry.inode);
    if (footprint) {
      ZVFS_TRY(listing_.print(line_(*footprint, entry)));
    } else {
      ZVFS_TRY(lost(entry.path, Error(footprint.error())));
    }
    return Descend::kNot;
  }

  Result<void> lost(std::string_view path, Error error) override {
    listing_.lost(path, error);
    return {};
  }

 private:
  FootprintReader footprints_;
  Listing& listing_;
  const Line line_;
};

class InfoCommand final : public Command {
 public:
  [[nodiscard]] std::string name() const override { return "info"; }
  [[nodiscard]] std::string summary() const override {
    return "Show what an image is and what takes the space in it";
  }

  void declare(OptionSet& options) override {
    options.help_names("--help");
    options.operand("IMAGE", image_path_, "The image").required();
    const auto files =
        options.flag("--files", files_, "Print a line for each file: bytes in the image, and size");
    options.operand("PATH", operands_, "With --files: files, directories or globs (default: all)")
        .needs(files);
    options
        .flag("--frames", frames_,
              "Print a line for each frame: number, kind, offsets, sizes, files")
        .excludes(files);
    options.flag("-h,--human-readable", human_, "In these lines, print sizes as 1.3K, 24M");
    options.flag("--json", json_, "Print JSON: an object, or one per line for each file or frame");
    declare_trust(options, trust_);
  }

  Result<CommandStatus> run() override {
    image_ = ZVFS_TRY(open_image(image_path_, trust_));
    Selection selection = ZVFS_TRY(select_paths(*image_, operands_));
    if (files_) return list_files(selection);
    if (frames_) return list_frames();
    const ImageInfo info = ZVFS_TRY(gather_info(*image_));
    const std::string text =
        json_ ? info_json(info, image_path_) + '\n' : info_page(info, image_path_);
    ZVFS_TRY(print_to_stdout(text));
    return CommandStatus::kSuccess;
  }

 private:
  [[nodiscard]] InfoLines lines() const {
    return {image_->header(), human_ ? SizeStyle::kHuman : SizeStyle::kBytes};
  }

  [[nodiscard]] Result<CommandStatus> list_frames() const {
    const InfoLines lines = this->lines();
    Listing listing;
    IndexReader::Cursor cursor(image_->raw().index());
    if (!json_) ZVFS_TRY(listing.print(lines.frame_heading()));
    for (std::uint32_t number = 0; number < image_->header().frame_count; ++number) {
      const DataFrame frame = ZVFS_TRY(image_->raw().frame_table().frame(cursor, {number}));
      ZVFS_TRY(listing.print(json_ ? frame_json(frame) : lines.frame(frame)));
    }
    return CommandStatus::kSuccess;
  }

  Result<CommandStatus> list_files(Selection& selection) const {
    const InfoLines lines = this->lines();
    Listing listing;
    if (!json_) ZVFS_TRY(listing.print(lines.file_heading()));
    const auto line = [&](const FileFootprint& footprint, const WalkEntry& entry) {
      return json_ ? file_json(footprint, entry.inode, entry.path)
                   : lines.file(footprint, entry.inode.record.size, entry.path);
    };
    FootprintPrinter printer(*image_, listing, line);
    ZVFS_TRY(SelectedWalk(*image_, selection, printer).run());
    listing.missing(selection.unmatched());
    return listing.status();
  }

  std::string image_path_;
  TrustOptions trust_;
  std::vector<std::string> operands_;
  bool files_ = false;
  bool frames_ = false;
  bool human_ = false;
  bool json_ = false;
  std::unique_ptr<Image> image_;
};

}  // namespace

CommandPtr make_info_command() { return std::make_unique<InfoCommand>(); }

}  // namespace zvfs
