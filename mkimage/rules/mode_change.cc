#include "mkimage/rules/mode_change.h"

#include <algorithm>

#include "base/quoting.h"
#include "format/file_type.h"

namespace zvfs {
namespace {

constexpr std::uint16_t kSetIds = 06000;
constexpr std::uint16_t kExecute = 0111;

constexpr std::uint16_t u16(unsigned value) { return static_cast<std::uint16_t>(value); }

// The bits that a letter before the operation selects; 0 for any other character.
std::uint16_t bits_of_who(char who) {
  switch (who) {
    case 'u':
      return 04700;
    case 'g':
      return 02070;
    case 'o':
      return 01007;
    case 'a':
      return kPermissionBits;
    default:
      return 0;
  }
}

std::uint16_t bits_of_permission(char permission) {
  switch (permission) {
    case 'r':
      return 0444;
    case 'w':
      return 0222;
    case 'x':
      return kExecute;
    case 's':
      return kSetIds;
    case 't':
      return 01000;
    default:
      return 0;
  }
}

bool is_operation(char c) { return c == '+' || c == '-' || c == '='; }

// The permissions of one class, given to all three.
std::uint16_t spread(std::uint16_t mode, std::uint16_t from) {
  const unsigned shift = from == 0700 ? 6 : from == 070 ? 3 : 0;
  return u16((mode & from) >> shift) * kExecute;
}

}  // namespace

Result<ModeChange> ModeChange::parse(std::string_view text, std::uint16_t umask) {
  ModeChange change;
  if (!text.empty() && text.front() >= '0' && text.front() <= '7') {
    change.steps_ = {ZVFS_TRY(parse_octal(text))};
    return change;
  }
  for (std::size_t begin = 0; begin <= text.size();) {
    const std::size_t end = std::min(text.find(',', begin), text.size());
    if (!parse_clause(text.substr(begin, end - begin), umask, change.steps_)) {
      return fail(ErrorCode::kInvalidArgument, "'{}' is not a mode for chmod(1)", shown_name(text));
    }
    begin = end + 1;
  }
  return change;
}

Result<ModeChange::Step> ModeChange::parse_octal(std::string_view text) {
  unsigned bits = 0;
  for (const char digit : text) {
    if (digit < '0' || digit > '7' || (bits = bits * 8 + unsigned(digit - '0')) > kPermissionBits) {
      return fail(ErrorCode::kInvalidArgument, "'{}' is not a mode from 0 to 7777",
                  shown_name(text));
    }
  }
  constexpr std::size_t kDigitsOfAllBits = 4;
  const std::uint16_t kept = text.size() > kDigitsOfAllBits ? 0 : kSetIds;
  return Step{.bits = u16(bits), .kept_of_directories = u16(kept & ~bits)};
}

// [ugoa]*([-+=]([rwxXst]*|[ugo]))+
bool ModeChange::parse_clause(std::string_view clause, std::uint16_t umask,
                              std::vector<Step>& steps) {
  std::uint16_t who = 0;
  for (; !clause.empty() && bits_of_who(clause.front()) != 0; clause.remove_prefix(1)) {
    who |= bits_of_who(clause.front());
  }
  if (clause.empty()) return false;
  while (!clause.empty() && is_operation(clause.front())) {
    steps.push_back(parse_step(clause, who, umask));
  }
  return clause.empty();
}

// Takes one operation with its permissions from the front of the clause.
ModeChange::Step ModeChange::parse_step(std::string_view& clause, std::uint16_t who,
                                        std::uint16_t umask) {
  Step step{.operation = clause.front(),
            .affected = who != 0 ? who : u16(kPermissionBits & ~umask)};
  clause.remove_prefix(1);
  if (!clause.empty() && clause.front() != 'a' && bits_of_who(clause.front()) != 0) {
    step.copied_from = u16(bits_of_who(clause.front()) & 0777);
    clause.remove_prefix(1);
  }
  const bool copies = step.copied_from != 0;
  for (; !copies && !clause.empty(); clause.remove_prefix(1)) {
    const std::uint16_t bits = bits_of_permission(clause.front());
    if (bits == 0 && clause.front() != 'X') break;
    step.bits |= bits;
    step.executable_if_any = step.executable_if_any || clause.front() == 'X';
  }
  step.kept_of_directories = u16(kSetIds & ~step.bits);
  return step;
}

std::uint16_t ModeChange::apply(std::uint16_t mode) const {
  for (const Step& step : steps_) mode = apply(step, mode);
  return mode;
}

std::uint16_t ModeChange::apply(const Step& step, std::uint16_t mode) {
  const bool directory = type_of(mode) == FileType::kDirectory;
  std::uint16_t bits = step.bits;
  if (step.copied_from != 0) bits |= spread(mode, step.copied_from);
  if (step.executable_if_any && (directory || (mode & kExecute) != 0)) bits |= kExecute;
  bits &= step.affected;
  if (step.operation == '+') return mode | bits;
  if (step.operation == '-') return u16(mode & ~bits);
  const std::uint16_t kept = directory ? step.kept_of_directories : std::uint16_t{0};
  return u16((mode & ~(step.affected & ~kept)) | bits);
}

}  // namespace zvfs
