#include <algorithm>
#include <chrono>
#include <string>

#include "base/parallel.h"
#include "base/progress_line.h"
#include "base/quoting.h"
#include "base/units.h"
#include "zvfs/check/check_output.h"
#include "zvfs/check/checker.h"
#include "zvfs/command/commands.h"
#include "zvfs/command/open_image.h"
#include "zvfs/command/trust_flags.h"

namespace zvfs {
namespace {

class CheckCommand final : public Command {
 public:
  [[nodiscard]] std::string name() const override { return "check"; }
  [[nodiscard]] std::string summary() const override {
    return "Check an image for errors, as fsck does";
  }
  [[nodiscard]] CommandStatus failure_status() const override {
    return CommandStatus::kOperationalError;
  }
  [[nodiscard]] CommandStatus usage_status() const override { return CommandStatus::kUsageError; }

  void declare(OptionSet& options) override {
    options.operand("IMAGE", image_path_, "The image").required();
    options.flag("--deep", deep_, "Also compare the tar stream with the index");
    options.option("-j,--threads N", threads_, "Number of threads that decode").between(1, 1024);
    options.flag("--json", json_, "Print a JSON object");
    declare_trust(options, trust_);
  }

  Result<CommandStatus> run() override {
    const auto begin = std::chrono::steady_clock::now();
    TrustedFile file = ZVFS_TRY(open_trusted_file(image_path_, trust_));
    const auto output = json_ ? make_check_json(image_path_) : make_check_text(image_path_);
    const auto report = check(std::move(file), *output);
    if (!report) return Unexpected(Error(report.error()).within(quote_name(image_path_)));
    const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - begin;
    output->finish(*report, elapsed.count());
    return report->is_clean() ? CommandStatus::kSuccess : CommandStatus::kErrorsLeft;
  }

 private:
  Result<CheckReport> check(TrustedFile file, CheckOutput& output) {
    CheckProgress progress;
    ProgressLine line(
        [&](double elapsed, std::size_t width) {
          const std::uint64_t total = std::max<std::uint64_t>(progress.bytes_total, 1);
          const std::uint64_t done = progress.bytes_done;
          return progress_bar(static_cast<double>(done) / static_cast<double>(total),
                              fmt::format("{} of {}", human_size(done), human_size(total)), elapsed,
                              width);
        },
        ProgressLine::Show::kProgress);
    CheckOptions options;
    options.threads = threads_;
    options.deep = deep_;
    options.root = file.root;
    options.progress = &progress;
    options.on_problem = [&](std::string_view message) {
      line.clear();
      output.problem(message);
    };
    options.on_damaged_file = [&](std::string_view path) {
      line.clear();
      output.damaged_file(path);
    };
    return check_image(std::move(file.source), options);
  }

  std::string image_path_;
  TrustOptions trust_;
  bool deep_ = false;
  bool json_ = false;
  unsigned threads_ = processor_count();
};

}  // namespace

CommandPtr make_check_command() { return std::make_unique<CheckCommand>(); }

}  // namespace zvfs
