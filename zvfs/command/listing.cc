#include "zvfs/command/listing.h"

#include "base/quoting.h"
#include "base/standard_streams.h"
#include "zvfs/command/messages.h"

namespace zvfs {

Result<void> Listing::print(std::string_view line) {
  ZVFS_TRY(print_to_stdout(line));
  return print_to_stdout({&line_end_, 1});
}

void Listing::lost(std::string_view path, const Error& error) {
  print_entry_message(fmt::format("{}: {}", path.empty() ? "." : quote_name(path), error.message));
  is_whole_ = false;
}

void Listing::missing(const std::vector<std::string>& operands) {
  for (const std::string& operand : operands)
    print_error("{}: not in the image", quote_name(operand));
  if (!operands.empty()) is_whole_ = false;
}

CommandStatus Listing::status() const {
  return is_whole_ ? CommandStatus::kSuccess : CommandStatus::kPartial;
}

}  // namespace zvfs
