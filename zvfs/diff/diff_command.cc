#include <cstdio>
#include <optional>
#include <string>
#include <utility>
#include <vector>

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
    const auto digest = options.option(
        "--digest DIGEST", digests_,
        "Read only the image with this root, sha256:HEX;\nof two images, give each one's");
    options
        .option("--pubkey FILE", pubkey_,
                "Read only images that the owner of this key has signed;\n"
                "their signatures are IMAGE.sig or IMAGE.minisig")
        .excludes(digest);
  }

  Result<CommandStatus> run() override {
    const auto [old_trust, new_trust] = ZVFS_TRY(trust_of_both());
    const auto old_tree =
        ZVFS_TRY(open_comparable_tree(old_path_, warning_in(old_path_), old_trust));
    const auto new_tree =
        ZVFS_TRY(open_comparable_tree(new_path_, warning_in(new_path_), new_trust));
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
  // The digests are those of the images, in their order. A directory needs none.
  [[nodiscard]] Result<std::pair<TrustOptions, TrustOptions>> trust_of_both() const {
    std::pair<TrustOptions, TrustOptions> trust;
    std::size_t images = 0;
    for (const auto& [path, options] : {std::pair(&old_path_, &trust.first),  //
                                        std::pair(&new_path_, &trust.second)}) {
      if (is_directory_tree(*path)) continue;
      options->pubkey = pubkey_;
      if (images < digests_.size()) options->digest = ZVFS_TRY(digest(digests_[images]));
      ++images;
    }
    if (digests_.empty() || digests_.size() == images) return trust;
    return fail(ErrorCode::kInvalidArgument, "--digest: {} given for {} images", digests_.size(),
                images);
  }

  static Result<RootDigest> digest(const std::string& text) {
    return for_option("--digest", RootDigest::parse(text));
  }

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
  std::vector<std::string> digests_;
  std::optional<std::string> pubkey_;
  bool brief_ = false;
  bool json_ = false;
  bool differ_ = false;
  bool has_warning_ = false;
};

}  // namespace

CommandPtr make_diff_command() { return std::make_unique<DiffCommand>(); }

}  // namespace zvfs
