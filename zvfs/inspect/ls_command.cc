#include <vector>

#include "base/quoting.h"
#include "zvfs/command/commands.h"
#include "zvfs/command/listing.h"
#include "zvfs/command/open_image.h"
#include "zvfs/command/trust_flags.h"
#include "zvfs/inspect/entry_text.h"
#include "zvfs/walk/select_paths.h"
#include "zvfs/walk/selected_walk.h"

namespace zvfs {
namespace {

struct LsOptions {
  bool is_long = false;
  bool recursive = false;
  bool human = false;
  bool raw = false;
  bool json = false;
};

// Prints the entries of a walk. Lists a directory that was named, but prints one that a glob
// matches. With -R, also prints everything below.
class EntryPrinter final : public TreeVisitor {
 public:
  EntryPrinter(const Image& image, const LsOptions& options, Listing& listing)
      : image_(image),
        options_(options),
        listing_(listing),
        format_(options.human ? SizeStyle::kHuman : SizeStyle::kBytes) {}

  Result<Descend> enter(const WalkEntry& entry) override {
    using Reason = WalkEntry::Reason;
    if (entry.reason == Reason::kOnTheWay) return Descend::kMatches;
    const bool is_listed = entry.reason == Reason::kName && entry.inode.record.is_directory();
    // `tar -t DIR` shows DIR itself, too. The root needs no name.
    if (!is_listed || (options_.recursive && !entry.path.empty())) ZVFS_TRY(print(entry));
    return is_listed || options_.recursive ? Descend::kAll : Descend::kMatches;
  }

  Result<void> lost(std::string_view path, Error error) override {
    listing_.lost(path, error);
    return {};
  }

 private:
  Result<void> print(const WalkEntry& entry) {
    const auto line = text_of(entry);
    if (!line) return lost(entry.path, Error(line.error()));
    return listing_.print(*line);
  }

  Result<std::string> text_of(const WalkEntry& entry) {
    if (options_.json) return json_line(image_, entry.inode, entry.path);
    std::string line = name_text(entry.path);
    if (!options_.raw && entry.inode.record.is_directory()) line += '/';
    if (!options_.is_long) return line;
    const bool has_acl = ZVFS_TRY(has_access_acl(image_, entry.inode));
    line.insert(0, format_.columns(entry.inode, has_acl));
    if (entry.inode.record.is_symlink()) {
      line += " -> " + name_text(ZVFS_TRY(image_.symlink_target(entry.inode)));
    }
    return line;
  }

  [[nodiscard]] std::string name_text(std::string_view name) const {
    return options_.raw ? std::string(name) : quote_name(name);
  }

  const Image& image_;
  const LsOptions& options_;
  Listing& listing_;
  LongFormat format_;
};

class LsCommand final : public Command {
 public:
  [[nodiscard]] std::string name() const override { return "ls"; }
  [[nodiscard]] std::string summary() const override { return "List what is in an image"; }

  void declare(OptionSet& options) override {
    options.help_names("--help");
    options.operand("IMAGE", image_path_, "The image").required();
    options.operand("PATH", operands_, "Directories to list, files to show, or globs");
    options.flag("-l,--long", options_.is_long, "Show modes, owners, sizes and times");
    options.flag("-R,--recursive", options_.recursive, "List everything below, too");
    options.flag("-h,--human-readable", options_.human, "With -l, print sizes as 1.3K, 24M");
    const auto raw =
        options.flag("-0,--null", options_.raw, "Print names as they are, each ended by a NUL");
    options.flag("--json", options_.json, "Print a JSON object for each entry, one per line")
        .excludes(raw);
    declare_trust(options, trust_);
  }

  Result<CommandStatus> run() override {
    const auto image = ZVFS_TRY(open_image(image_path_, trust_));
    Selection selection = ZVFS_TRY(select_paths(*image, operands_));
    Listing listing(options_.raw ? '\0' : '\n');
    EntryPrinter printer(*image, options_, listing);
    ZVFS_TRY(SelectedWalk(*image, selection, printer).run());
    listing.missing(selection.unmatched());
    return listing.status();
  }

 private:
  std::string image_path_;
  TrustOptions trust_;
  std::vector<std::string> operands_;
  LsOptions options_;
};

}  // namespace

CommandPtr make_ls_command() { return std::make_unique<LsCommand>(); }

}  // namespace zvfs
