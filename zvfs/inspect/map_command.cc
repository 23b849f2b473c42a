#include <cstdio>
#include <filesystem>
#include <string>

#include "base/quoting.h"
#include "base/signal_cleanup.h"
#include "zvfs/command/commands.h"
#include "zvfs/command/messages.h"
#include "zvfs/command/open_image.h"
#include "zvfs/command/output_file.h"
#include "zvfs/command/trust_flags.h"
#include "zvfs/inspect/map_page.h"
#include "zvfs/walk/selected_walk.h"

namespace zvfs {
namespace {

class MapCommand final : public Command {
 public:
  [[nodiscard]] std::string name() const override { return "map"; }
  [[nodiscard]] std::string summary() const override {
    return "Draw what takes the space in an image, as a web page";
  }

  void declare(OptionSet& options) override {
    options.operand("IMAGE", image_path_, "The image").required();
    options.option("-o,--output FILE", output_path_, "Page to write; - is standard output")
        .required();
    options.flag("-f,--force", force_, "Replace FILE if it exists");
    declare_trust(options, trust_);
  }

  Result<CommandStatus> run() override {
    const auto image = ZVFS_TRY(open_image(image_path_, trust_));
    const auto existing = force_ ? IfExists::kReplace : IfExists::kFail;
    install_signal_cleanup();
    auto output = ZVFS_TRY(OutputFile::open(output_path_, existing, image_path_));
    bool is_whole = true;
    MapTree tree(*image, {}, [&](std::string_view path, const Error& error) {
      print_entry_message(
          fmt::format("{}: {}", path.empty() ? "." : quote_name(path), error.message));
      is_whole = false;
    });
    Selection everything = ZVFS_TRY(Selection::parse({}));
    ZVFS_TRY(SelectedWalk(*image, everything, tree).run());
    const std::string name = std::filesystem::path(image_path_).filename().string();
    const std::string page = ZVFS_TRY(make_map_page(*image, tree, name));
    ZVFS_TRY(output.write(as_bytes(page)));
    ZVFS_TRY(output.finish());
    return is_whole ? CommandStatus::kSuccess : CommandStatus::kPartial;
  }

 private:
  std::string image_path_;
  TrustOptions trust_;
  std::string output_path_;
  bool force_ = false;
};

}  // namespace

CommandPtr make_map_command() { return std::make_unique<MapCommand>(); }

}  // namespace zvfs
