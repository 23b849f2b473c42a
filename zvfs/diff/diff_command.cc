#include <cstdio>
#include <string>

#include "base/quoting.h"
#include "base/standard_streams.h"
#include "zvfs/command/commands.h"
#include "zvfs/command/messages.h"
#include "zvfs/diff/difference.h"
#include "zvfs/diff/open_comparable_tree.h"
#include "zvfs/diff/tree_comparison.h"

namespace zvfs {
namespace {

class DiffCommand final : public Command {
 public:
  [[nodiscard]] std::string name() const override { return "diff"; }
  [[nodiscard]] std::string summary() const override {
    return "Compare two images, or an image and a directory";
  }

  void declare(OptionSet& options) override {
    options.operand("OLD", old_path_, "Image or directory to start from").required();
    options.operand("NEW", new_path_, "Image or directory that may differ").required();
    const auto brief = options.flag("-q,--brief", brief_, "Report only whether they differ");
    options.flag("--json", json_, "Print a JSON object for each difference, one per line")
        .excludes(brief);
  }

  Result<CommandStatus> run() override {
    const auto old_tree = ZVFS_TRY(open_comparable_tree(old_path_, warning_in(old_path_)));
    const auto new_tree = ZVFS_TRY(open_comparable_tree(new_path_, warning_in(new_path_)));
    const TreeComparison::Listener listener = [this](const Difference& difference) {
      return take(difference);
    };
    const TreeWarning warning = [this](std::string_view path, std::string_view message) {
      print_entry_message(fmt::format("{}: {}", quote_name(path), message));
      has_warning_ = true;
    };
    ZVFS_TRY(TreeComparison(*old_tree, *new_tree, listener, warning).run());
    if (brief_ && differ_)
      fmt::print("{} and {} differ\n", quote_name(old_path_), quote_name(new_path_));
    if (has_warning_) return CommandStatus::kFailure;
    return differ_ ? CommandStatus::kDifferent : CommandStatus::kSuccess;
  }

 private:
  TreeWarning warning_in(const std::string& tree) {
    return [this, &tree](std::string_view path, std::string_view message) {
      print_entry_message(fmt::format("{}: {}: {}", quote_name(tree), quote_name(path), message));
      has_warning_ = true;
    };
  }

  // Returns false if no further differences are needed.
  bool take(const Difference& difference) {
    differ_ = true;
    if (brief_) return false;
    const std::string line = json_ ? json_of(difference) : itemized(difference);
    return print_to_stdout(line + '\n').has_value();  // a closed pipe ends it; the caller says why
  }

  std::string old_path_;
  std::string new_path_;
  bool brief_ = false;
  bool json_ = false;
  bool differ_ = false;
  bool has_warning_ = false;
};

}  // namespace

CommandPtr make_diff_command() { return std::make_unique<DiffCommand>(); }

}  // namespace zvfs
