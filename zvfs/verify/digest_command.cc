#include <string>

#include "base/quoting.h"
#include "base/standard_streams.h"
#include "format/digests/root_hash.h"
#include "format/image_source.h"
#include "format/image_tables.h"
#include "zvfs/command/commands.h"

namespace zvfs {
namespace {

class DigestCommand final : public Command {
 public:
  [[nodiscard]] std::string name() const override { return "digest"; }
  [[nodiscard]] std::string summary() const override { return "Print the root digest of an image"; }

  void declare(OptionSet& options) override {
    options.operand("IMAGE", image_path_, "The image").required();
    options.flag("--text", text_, "Print the text that signatures are made of");
  }

  Result<CommandStatus> run() override {
    const RootDigest root = ZVFS_TRY(read_root());
    ZVFS_TRY(print_to_stdout(text_ ? root.signed_text() : root.text() + '\n'));
    return CommandStatus::kSuccess;
  }

 private:
  [[nodiscard]] Result<RootDigest> read_root() const {
    auto source = ZVFS_TRY(FileSource::open(image_path_));
    const auto tables =
        ZVFS_TRY_IN(quote_name(image_path_), ImageTables::open(std::move(source), {}));
    return ZVFS_TRY_IN(quote_name(image_path_), root_digest(*tables));
  }

  std::string image_path_;
  bool text_ = false;
};

}  // namespace

CommandPtr make_digest_command() { return std::make_unique<DigestCommand>(); }

}  // namespace zvfs
