#include <algorithm>
#include <atomic>
#include <string>
#include <sys/stat.h>
#include <unistd.h>
#include <vector>

#include "base/parallel.h"
#include "base/progress_line.h"
#include "base/quoting.h"
#include "base/signal_cleanup.h"
#include "base/units.h"
#include "zvfs/command/commands.h"
#include "zvfs/command/messages.h"
#include "zvfs/command/open_image.h"
#include "zvfs/command/output_file.h"
#include "zvfs/command/trust_flags.h"
#include "zvfs/extract/extractor.h"
#include "zvfs/extract/tar_export.h"
#include "zvfs/walk/select_paths.h"

namespace zvfs {
namespace {

mode_t current_umask() {
  const mode_t mask = ::umask(0);
  ::umask(mask);
  return mask;
}

std::string progress_text(const ExtractReport& report, double elapsed, std::size_t width) {
  const std::uint64_t done = report.bytes_done;
  if (!report.all_planned) return fmt::format("{} extracted", human_size(done)).substr(0, width);
  const std::uint64_t total = std::max<std::uint64_t>(report.bytes_planned, 1);
  return progress_bar(static_cast<double>(done) / static_cast<double>(total),
                      fmt::format("{} of {}", human_size(done), human_size(total)), elapsed, width);
}

std::string tar_progress(std::uint64_t done, std::uint64_t total, double elapsed,
                         std::size_t width) {
  if (total == 0) return fmt::format("{} written", human_size(done)).substr(0, width);
  return progress_bar(static_cast<double>(done) / static_cast<double>(total),
                      fmt::format("{} of {}", human_size(done), human_size(total)), elapsed, width);
}

class ExtractCommand final : public Command {
 public:
  [[nodiscard]] std::string name() const override { return "extract"; }
  [[nodiscard]] std::string summary() const override { return "Extract files from an image"; }

  void declare(OptionSet& options) override {
    options.operand("IMAGE", image_path_, "The image").required();
    options.operand("PATH", operands_, "Files, directories or globs to extract (default: all)");
    const auto directory = options.option("-C,--directory DIR", options_.directory,
                                          "Extract to DIR, which is made if missing");
    const auto to_tar =
        options
            .option("--to-tar FILE", tar_path_, "Write a tar archive instead; - is standard output")
            .excludes(directory);
    options.option("-j,--threads N", options_.threads, "Number of threads that decode and write")
        .between(1, 1024);
    options.flag("-f,--force", force_, "Replace existing files");
    options
        .flag("-k,--keep-going", keep_going_, "Report a file that cannot be restored, and continue")
        .excludes(to_tar);
    options
        .flag("-p,--preserve-permissions", preserve_permissions_,
              "Ignore the umask, and restore set-ID bits and ACLs\n(the default for root)")
        .excludes(to_tar);
    options
        .flag("--no-same-owner", no_same_owner_,
              "Do not restore owners (as root); without -p, neither\nset-ID bits nor capabilities")
        .excludes(to_tar);
    options.flag("-q,--quiet", quiet_, "Show no progress");
    declare_trust(options, trust_);
  }

  Result<CommandStatus> run() override {
    if (!tar_path_.empty()) return write_tar();
    apply_flags();
    const auto image = ZVFS_TRY(open_image(image_path_, trust_));
    options_.threads = affordable_threads(options_.threads, image->header());
    Selection selection = ZVFS_TRY(select_paths(*image, operands_));
    ProgressLine* shown = nullptr;
    ExtractReport report(options_.on_loss, [&](std::string_view message) {
      shown->clear();
      print_entry_message(message);
    });
    ProgressLine line(
        [&](double elapsed, std::size_t width) { return progress_text(report, elapsed, width); },
        quiet_ ? ProgressLine::Show::kNever : ProgressLine::Show::kProgress);
    shown = &line;
    ZVFS_TRY(extract_image(*image, selection, options_, report));
    line.clear();
    print_left_out();
    return conclude(report, selection);
  }

 private:
  void apply_flags() {
    if (force_) options_.existing = ExtractOptions::Existing::kReplace;
    if (keep_going_) options_.on_loss = ExtractOptions::OnLoss::kGoOn;
    const bool is_root = ::geteuid() == 0;
    options_.same_owner = is_root && !no_same_owner_;
    options_.same_permissions = is_root || preserve_permissions_;
    options_.special_rights = options_.same_owner || preserve_permissions_;
    options_.umask = current_umask();
  }

  Result<CommandStatus> write_tar() {
    if (tar_path_ == "-" && ::isatty(STDOUT_FILENO) != 0) {
      return fail(ErrorCode::kInvalidArgument,
                  "standard output is a terminal; archives are not written to terminals");
    }
    const auto image = ZVFS_TRY(open_image(image_path_, trust_, TarExport::kCacheSize));
    Selection selection = ZVFS_TRY(select_paths(*image, operands_));
    install_signal_cleanup();
    auto output = ZVFS_TRY(
        OutputFile::open(tar_path_, force_ ? IfExists::kReplace : IfExists::kFail, image_path_));
    std::atomic<std::uint64_t> done = 0;
    const std::uint64_t total = operands_.empty() ? image->header().stream_size : 0;
    ProgressLine line([&](double elapsed,
                          std::size_t width) { return tar_progress(done, total, elapsed, width); },
                      quiet_ ? ProgressLine::Show::kNever : ProgressLine::Show::kProgress);
    TarExport to;
    to.threads = affordable_threads(options_.threads, image->header());
    to.write = [&](ByteSpan bytes) { return output.write(bytes); };
    to.message = [&](std::string_view message) {
      line.clear();
      print_entry_message(message);
    };
    to.bytes_done = &done;
    bool is_whole = true;
    if (operands_.empty()) {
      ZVFS_TRY(export_stream(*image, to));
    } else {
      is_whole = ZVFS_TRY(export_selected(*image, selection, to));
      line.clear();
      if (!tell_missing(selection)) is_whole = false;
    }
    ZVFS_TRY(output.finish());
    return is_whole ? CommandStatus::kSuccess : CommandStatus::kPartial;
  }

  // Reports the operands that are not in the image. True if there are none.
  static bool tell_missing(const Selection& selection) {
    const std::vector<std::string> missing = selection.unmatched();
    for (const std::string& operand : missing)
      print_error("{}: not in the image", quote_name(operand));
    return missing.empty();
  }

  [[nodiscard]] CommandStatus conclude(const ExtractReport& report,
                                       const Selection& selection) const {
    if (report.stopped()) {
      print_message(keep_going_ ? "stopped; everything else would fail in the same way"
                                : "stopped; use -k to extract everything else");
      return CommandStatus::kFailure;
    }
    const bool all_found = tell_missing(selection);
    if (report.lost_count() > 0) {
      print_error("{} {} not restored", report.lost_count(),
                  report.lost_count() == 1 ? "entry" : "entries");
    }
    const bool is_whole = report.lost_count() + report.incomplete_count() == 0;
    return is_whole && all_found ? CommandStatus::kSuccess : CommandStatus::kPartial;
  }

  std::string image_path_;
  TrustOptions trust_;
  std::vector<std::string> operands_;
  std::string tar_path_;
  ExtractOptions options_{.threads = processor_count()};
  bool force_ = false;
  bool keep_going_ = false;
  bool preserve_permissions_ = false;
  bool no_same_owner_ = false;
  bool quiet_ = false;
};

}  // namespace

CommandPtr make_extract_command() { return std::make_unique<ExtractCommand>(); }

}  // namespace zvfs
