#include <algorithm>
#include <filesystem>
#include <string>
#include <system_error>

#include "base/atomic_file.h"
#include "base/output_place.h"
#include "base/progress_line.h"
#include "base/quoting.h"
#include "base/signal_cleanup.h"
#include "base/standard_streams.h"
#include "base/units.h"
#include "codecs/frame_kind.h"
#include "mkimage/frames/frame_bounds.h"
#include "zvfs/command/commands.h"
#include "zvfs/command/messages.h"
#include "zvfs/repair/repairer.h"

namespace zvfs {
namespace {

std::string plural(std::uint64_t count, std::string_view noun) {
  return fmt::format("{} {}{}", count, noun, count == 1 ? "" : "s");
}

class RepairCommand final : public Command {
 public:
  [[nodiscard]] std::string name() const override { return "repair"; }
  [[nodiscard]] std::string summary() const override {
    return "Rebuild a damaged image, or make one of any .tar.zst";
  }
  [[nodiscard]] CommandStatus failure_status() const override {
    return CommandStatus::kOperationalError;
  }
  [[nodiscard]] CommandStatus usage_status() const override { return CommandStatus::kUsageError; }

  void declare(OptionSet& options) override {
    options.operand("DAMAGED", damaged_path_, "Damaged image, or any .tar.zst").required();
    options.operand("OUT", out_path_, "Image to write").required();
    options.each(
        "-b,--frame-size SIZE", [this](const std::string& text) { return take_frame_size(text); },
        "Encode frames above SIZE anew; 16M by default");
    options
        .option("-l,--level LEVEL", options_.encoder.level,
                "Compression level for these frames; 9 by default")
        .between(1, 22);
    options.flag("-f,--force", force_, "Replace OUT if it exists");
    options.flag("-q,--quiet", quiet_, "Show no progress and no summary");
  }

  Result<CommandStatus> run() override {
    const auto source = ZVFS_TRY(FileSource::open(damaged_path_));
    install_signal_cleanup();
    AtomicFile out = ZVFS_TRY(create_out());
    const auto report = repair(*source, out);
    if (!report) return Unexpected(Error(report.error()).within(quote_name(damaged_path_)));
    if (!quiet_) print_summary(*report);
    // Whoever does not get to know what is lost gets no new image.
    ZVFS_TRY(flush_standard_output());
    ZVFS_TRY_IN(quote_name(out_path_), out.commit());
    return report->is_complete() ? CommandStatus::kSuccess : CommandStatus::kPartial;
  }

 private:
  Result<void> take_frame_size(const std::string& text) {
    const std::uint64_t size = ZVFS_TRY(parse_size(text));
    if (size < kMinFrameBound || size > kMaxFrameSize) {
      return fail(ErrorCode::kInvalidArgument, "{} is not in the range {} to {}", text,
                  kMinFrameBound, kMaxFrameSize);
    }
    options_.frame_bound = static_cast<std::uint32_t>(size);
    return {};
  }

  Result<AtomicFile> create_out() const {
    const IfExists if_exists = force_ ? IfExists::kReplace : IfExists::kFail;
    std::error_code missing;
    const auto there = std::filesystem::status(out_path_, missing);
    // Nothing else is even opened: that could wait for the other end of a pipe.
    const bool may_be_a_file =
        !std::filesystem::exists(there) || is_regular_file(there) || is_directory(there);
    OutputPlace place;
    if (may_be_a_file)
      place = ZVFS_TRY_IN(quote_name(out_path_), find_output(out_path_, if_exists));
    if (!may_be_a_file || place.stream.is_open()) {
      return fail(ErrorCode::kInvalidArgument, "{}: is not a regular file; not replaced",
                  quote_name(out_path_));
    }
    return ZVFS_TRY_IN(quote_name(out_path_), AtomicFile::create(place.file, if_exists));
  }

  Result<RepairReport> repair(const ImageSource& source, const AtomicFile& out) {
    RepairProgress progress;
    const double size = static_cast<double>(std::max<std::uint64_t>(source.size(), 1));
    ProgressLine line(
        [&](double elapsed, std::size_t width) {
          const double pass = static_cast<double>(progress.position) / size;
          const double done = (progress.pass + pass) / RepairProgress::kPasses;
          constexpr const char* kPasses[] = {"frames", "members", "writing"};
          return progress_bar(done, kPasses[progress.pass], elapsed, width);
        },
        quiet_ ? ProgressLine::Show::kNever : ProgressLine::Show::kProgress);
    options_.progress = &progress;
    options_.on_lost = [&](std::string_view path) {
      line.clear();
      fmt::print("lost: {}\n", path.empty() ? "." : quote_name(path));
    };
    options_.on_note = [&](std::string_view message) {
      line.clear();
      print_entry_message(fmt::format("{}: {}", quote_name(damaged_path_), message));
    };
    return repair_image(source, out.fd(), options_);
  }

  void print_summary(const RepairReport& report) const {
    std::string lost = report.lost_names == 0 && report.may_have_lost_more
                           ? "nothing known lost"
                           : fmt::format("{} lost", report.lost_names);
    fmt::print("{}: {} saved, {}; {} copied, {} encoded; {}\n", quote_name(out_path_),
               plural(report.saved_names, "name"), lost, plural(report.copied_frames, "frame"),
               report.encoded_frames, human_size(report.image_size));
  }

  std::string damaged_path_;
  std::string out_path_;
  bool force_ = false;
  bool quiet_ = false;
  RepairOptions options_;
};

}  // namespace

CommandPtr make_repair_command() { return std::make_unique<RepairCommand>(); }

}  // namespace zvfs
