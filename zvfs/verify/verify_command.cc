#include <algorithm>
#include <atomic>
#include <string>
#include <vector>

#include "base/parallel.h"
#include "base/progress_line.h"
#include "base/quoting.h"
#include "base/standard_streams.h"
#include "base/units.h"
#include "format/digests/digest_scan.h"
#include "format/digests/trusted_root.h"
#include "zvfs/check/damaged_files.h"
#include "zvfs/command/commands.h"
#include "zvfs/command/open_image.h"
#include "zvfs/command/trust_flags.h"

namespace zvfs {
namespace {

std::string plural(std::uint64_t count, std::string_view noun) {
  return fmt::format("{} {}{}", count, noun, count == 1 ? "" : "s");
}

// "data frame 7 at 0x1f40: ...". Where the index does not say where a frame lies, the error is that
// of the index.
std::string message_of(FrameKey frame, const Error& error) {
  const bool is_data = frame.space == FrameKey::Space::kData;
  const std::string name = fmt::format("{} frame {}", is_data ? "data" : "index", frame.number);
  if (error.message.starts_with(name + ' ')) return error.message;
  return fmt::format("{}: {}", name, error.message);
}

class VerifyCommand final : public Command {
 public:
  [[nodiscard]] std::string name() const override { return "verify"; }
  [[nodiscard]] std::string summary() const override {
    return "Verify every frame of an image by its root digest";
  }

  void declare(OptionSet& options) override {
    options.operand("IMAGE", image_path_, "The image").required();
    options.option("-j,--threads N", threads_, "Number of threads that hash").between(1, 1024);
    declare_trust(options, trust_);
  }

  Result<CommandStatus> run() override {
    std::unique_ptr<const ImageTables> tables = ZVFS_TRY(open());
    const DigestScanReport report = ZVFS_TRY_IN(quote_name(image_path_), scan(*tables));
    const std::string frames = plural(report.frames, "frame");
    const std::string root = tables->verified_root()->text();
    if (report.wrong == 0) {
      ZVFS_TRY(say(fmt::format("{}: verified; {}, {}, by the root {}", quote_name(image_path_),
                               frames, human_size(report.coded_bytes), root)));
      return CommandStatus::kSuccess;
    }
    const std::string files = plural(list_files(std::move(tables)), "damaged file");
    ZVFS_TRY(say(fmt::format("{}: {} of {} wrong, {}, by the root {}", quote_name(image_path_),
                             report.wrong, frames, files, root)));
    return CommandStatus::kPartial;
  }

 private:
  // Opens the image with a root: the one that the user trusts, or its own.
  [[nodiscard]] Result<std::unique_ptr<const ImageTables>> open() const {
    const RootTrust trust = ZVFS_TRY(RootTrust::load(trust_, image_path_));
    std::unique_ptr<const ImageSource> source = ZVFS_TRY(FileSource::open(image_path_));
    const std::string name = quote_name(image_path_);
    const RootDigest root = ZVFS_TRY_IN(name, accepted_root(*source, trust));
    auto tables = ZVFS_TRY_IN(name, ImageTables::open(std::move(source), {.root = root}));
    return std::unique_ptr<const ImageTables>(std::move(tables));
  }

  Result<DigestScanReport> scan(const ImageTables& tables) {
    std::atomic<std::uint64_t> done = 0;
    const std::uint64_t total = tables.header().image_size;
    ProgressLine line(
        [&](double elapsed, std::size_t width) {
          return progress_bar(static_cast<double>(done) / static_cast<double>(total),
                              fmt::format("{} of {}", human_size(done), human_size(total)), elapsed,
                              width);
        },
        ProgressLine::Show::kProgress);
    const auto on_wrong = [&](FrameKey frame, const Error& error) {
      line.clear();
      note(message_of(frame, error));
      if (frame.space == FrameKey::Space::kData) wrong_.push_back({frame.number});
    };
    return scan_digests(tables, {.threads = affordable_threads(threads_, tables.header()),
                                 .on_wrong = on_wrong,
                                 .bytes_done = &done});
  }

  // Prints which files the wrong frames hit, and returns how many. Without its root directory, an
  // image has no names: that was reported.
  std::uint64_t list_files(std::unique_ptr<const ImageTables> tables) const {
    const std::vector<LostRun> lost = runs_of_frames(*tables, wrong_);
    std::uint64_t count = 0;
    const auto found = [&count](std::string_view path) {
      ++count;
      note(fmt::format("damaged file: {}", path.empty() ? "." : quote_name(path)));
    };
    if (const auto image = Image::open(std::move(tables))) {
      static_cast<void>(list_damaged_files(**image, lost, found));
    }
    return count;
  }

  static Result<void> say(const std::string& line) { return print_to_stdout(line + '\n'); }

  // A pipe that was closed is reported by the last line.
  static void note(const std::string& line) { static_cast<void>(say(line)); }

  std::string image_path_;
  unsigned threads_ = processor_count();
  TrustOptions trust_;
  std::vector<FrameNumber> wrong_;  // data frames, ascending
};

}  // namespace

CommandPtr make_verify_command() { return std::make_unique<VerifyCommand>(); }

}  // namespace zvfs
