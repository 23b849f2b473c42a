#include <clocale>
#include <langinfo.h>
#include <limits>
#include <vector>

#include "base/quoting.h"
#include "base/units.h"
#include "zvfs/command/commands.h"
#include "zvfs/command/listing.h"
#include "zvfs/command/open_image.h"
#include "zvfs/command/trust_flags.h"
#include "zvfs/walk/select_paths.h"
#include "zvfs/walk/selected_walk.h"

namespace zvfs {
namespace {

struct TreeOptions {
  std::size_t levels = std::numeric_limits<std::size_t>::max();
  bool sizes = false;
};

// The parts of the lines before a name.
struct Branches {
  const char* entry;
  const char* last_entry;
  const char* passing;  // for a directory that others follow
  const char* nothing;
};
constexpr Branches kAsciiBranches = {"|-- ", "`-- ", "|   ", "    "};
constexpr Branches kUtf8Branches = {"├── ", "└── ", "│   ", "    "};

const Branches& branches_of_terminal() {
  std::setlocale(LC_CTYPE, "");
  return std::string_view(::nl_langinfo(CODESET)) == "UTF-8" ? kUtf8Branches : kAsciiBranches;
}

// Draws the entries of a walk: a tree for each path that is named or matched, unless it is part of
// another tree.
class TreeDrawer final : public TreeVisitor {
 public:
  TreeDrawer(const Image& image, const TreeOptions& options, Listing& listing)
      : image_(image), options_(options), listing_(listing), branches_(branches_of_terminal()) {}

  Result<Descend> enter(const WalkEntry& entry) override {
    if (entry.reason == WalkEntry::Reason::kOnTheWay) return Descend::kMatches;
    const bool is_top = indents_.empty();
    const auto line = text_of(entry, is_top);
    if (!line) {
      ZVFS_TRY(lost(entry.path, Error(line.error())));
      return Descend::kNot;
    }
    ZVFS_TRY(listing_.print(*line));
    if (!is_top) ++(entry.inode.record.is_directory() ? directories_ : files_);
    if (!entry.inode.record.is_directory() || indents_.size() >= options_.levels)
      return Descend::kNot;
    indents_.push_back(indent_.size());
    if (!is_top) indent_ += entry.is_last ? branches_.nothing : branches_.passing;
    return Descend::kAll;
  }

  Result<void> leave() override {
    if (indents_.empty()) return {};  // a directory on the way
    indent_.resize(indents_.back());
    indents_.pop_back();
    return {};
  }

  Result<void> lost(std::string_view path, Error error) override {
    listing_.lost(path, error);
    return {};
  }

  [[nodiscard]] std::uint64_t directories() const { return directories_; }
  [[nodiscard]] std::uint64_t files() const { return files_; }

 private:
  Result<std::string> text_of(const WalkEntry& entry, bool is_top) const {
    std::string line = indent_;
    if (!is_top) line += entry.is_last ? branches_.last_entry : branches_.entry;
    if (options_.sizes) line += fmt::format("[{:>4}]  ", human_size(entry.inode.record.size));
    if (is_top) {
      line += entry.path.empty() ? "." : quote_name(entry.path);
    } else {
      line += quote_name(entry.name);
    }
    if (entry.inode.record.is_symlink()) {
      line += " -> " + quote_name(ZVFS_TRY(image_.symlink_target(entry.inode)));
    }
    return line;
  }

  const Image& image_;
  const TreeOptions& options_;
  Listing& listing_;
  const Branches& branches_;
  std::string indent_;                // of the entries of the directory that the walk is in
  std::vector<std::size_t> indents_;  // its size at each directory above, from the tree's top on
  std::uint64_t directories_ = 0;
  std::uint64_t files_ = 0;
};

class TreeCommand final : public Command {
 public:
  [[nodiscard]] std::string name() const override { return "tree"; }
  [[nodiscard]] std::string summary() const override { return "Draw the directories of an image"; }

  void declare(OptionSet& options) override {
    options.help_names("--help");
    options.operand("IMAGE", image_path_, "The image").required();
    options.operand("PATH", operands_, "Directories to draw, or globs");
    options.flag("-h,--human-readable", options_.sizes, "Show sizes, as 1.3K, 24M");
    options.option("-L,--level N", options_.levels, "Draw only N levels of directories")
        .at_least(1);
    declare_trust(options, trust_);
  }

  Result<CommandStatus> run() override {
    const auto image = ZVFS_TRY(open_image(image_path_, trust_));
    Selection selection = ZVFS_TRY(select_paths(*image, operands_));
    Listing listing;
    TreeDrawer drawer(*image, options_, listing);
    ZVFS_TRY(SelectedWalk(*image, selection, drawer).run());
    fmt::print("\n{} director{}, {} file{}\n", drawer.directories(),
               drawer.directories() == 1 ? "y" : "ies", drawer.files(),
               drawer.files() == 1 ? "" : "s");
    listing.missing(selection.unmatched());
    return listing.status();
  }

 private:
  std::string image_path_;
  TrustOptions trust_;
  std::vector<std::string> operands_;
  TreeOptions options_;
};

}  // namespace

CommandPtr make_tree_command() { return std::make_unique<TreeCommand>(); }

}  // namespace zvfs
