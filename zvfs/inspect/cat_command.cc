#include <algorithm>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <unistd.h>
#include <vector>

#include "base/file_io.h"
#include "base/quoting.h"
#include "base/units.h"
#include "zvfs/command/commands.h"
#include "zvfs/command/messages.h"
#include "zvfs/command/open_image.h"
#include "zvfs/command/trust_flags.h"
#include "zvfs/walk/path_lookup.h"

namespace zvfs {
namespace {

// Bytes pinned at a time: large enough to visit a frame of the usual size only once or twice.
constexpr std::uint64_t kChunkSize = kMiB;

// Bytes [offset, offset + length) of a file, which may be shorter.
struct ByteRange {
  std::uint64_t offset = 0;
  std::uint64_t length = std::numeric_limits<std::uint64_t>::max();
};

// Parses "OFF:LEN", where each is valid for parse_size(). Without LEN or ":LEN", the range is open.
Result<ByteRange> parse_byte_range(std::string_view text) {
  ByteRange range;
  const std::size_t colon = text.find(':');
  range.offset = ZVFS_TRY(parse_size(text.substr(0, colon)));
  if (colon == std::string_view::npos || colon + 1 == text.size()) return range;
  range.length = ZVFS_TRY(parse_size(text.substr(colon + 1)));
  return range;
}

class CatCommand final : public Command {
 public:
  [[nodiscard]] std::string name() const override { return "cat"; }
  [[nodiscard]] std::string summary() const override {
    return "Write the contents of files to standard output";
  }

  void declare(OptionSet& options) override {
    options.operand("IMAGE", image_path_, "The image").required();
    options.operand("PATH", paths_, "Files in it; symlinks are followed within the image")
        .required();
    options.each(
        "--range OFF[:LEN]", [this](const std::string& text) { return take_range(text); },
        "Write LEN bytes of each file from OFF on; without LEN, to the end");
    declare_trust(options, trust_);
  }

  Result<CommandStatus> run() override {
    image_ = ZVFS_TRY(open_image(image_path_, trust_));
    auto status = CommandStatus::kSuccess;
    for (const std::string& path : paths_) {
      const Result<Inode> inode = find_file(path);
      if (!inode) {
        print_error("{}: {}", quote_name(path), inode.error().message);
        status = CommandStatus::kPartial;
        continue;
      }
      const bool is_whole = ZVFS_TRY(copy(path, *inode));
      if (!is_whole) status = CommandStatus::kPartial;
    }
    return status;
  }

 private:
  Result<void> take_range(const std::string& text) {
    range_ = ZVFS_TRY(parse_byte_range(text));
    return {};
  }

  Result<Inode> find_file(const std::string& path) const {
    const Inode inode = ZVFS_TRY(follow_path(*image_, path));
    if (inode.record.is_directory()) return fail(ErrorCode::kInvalidArgument, "is a directory");
    if (!inode.record.is_regular())
      return fail(ErrorCode::kInvalidArgument, "is not a regular file");
    return inode;
  }

  // False if the image is damaged there, which is reported. Errors: Io on stdout, which ends all.
  Result<bool> copy(const std::string& path, const Inode& inode) const {
    const std::uint64_t size = inode.record.size;
    std::uint64_t offset = std::min(range_.offset, size);
    const std::uint64_t end = offset + std::min(range_.length, size - offset);
    while (offset < end) {
      const std::uint64_t length = std::min(kChunkSize, end - offset);
      const auto slices = image_->read(inode, offset, length);
      if (!slices) {
        print_error("{}: {}", quote_name(path), slices.error().message);
        return false;
      }
      for (const FileSlice& slice : *slices)
        ZVFS_TRY(write_all(STDOUT_FILENO, slice.bytes, "standard output"));
      offset += length;
    }
    return true;
  }

  std::string image_path_;
  TrustOptions trust_;
  std::vector<std::string> paths_;
  ByteRange range_;
  std::unique_ptr<Image> image_;
};

}  // namespace

CommandPtr make_cat_command() { return std::make_unique<CatCommand>(); }

}  // namespace zvfs
