#include "zvfs/command/listing.h"

#include <cstdio>

#include "base/quoting.h"
#include "zvfs/command/messages.h"

namespace zvfs {

Result<void> Listing::print(std::string_view line) {
  std::fwrite(line.data(), 1, line.size(), stdout);
  std::fputc(line_end_, stdout);
  if (std::ferror(stdout) != 0) return fail(ErrorCode::kIo, "write error on standard output");
  return {};
}

void Listing::lost(std::string_view path, const Error& error) {
  print_entry_message(fmt::format("{}: {}", path.empty() ? "." : quote_name(path), error.message));
  is_whole_ = false;
}

void Listing::missing(const std::vector<std::string>& operands) {
  for (const std::string& operand : operands) print_error("{}: not in the image", operand);
  if (!operands.empty()) is_whole_ = false;
}

CommandStatus Listing::status() const {
  return is_whole_ ? CommandStatus::kSuccess : CommandStatus::kPartial;
}

}  // namespace zvfs
