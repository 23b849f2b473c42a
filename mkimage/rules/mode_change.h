#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace zvfs {

/// A change of permissions as chmod(1) takes it: octal digits, or symbolic clauses such as
/// "u=rwX,go-w". A plain value.
class ModeChange {
 public:
  /// `umask` has the bits that a clause without u, g, o or a leaves alone.
  /// Errors: InvalidArgument (not such a change).
  static Result<ModeChange> parse(std::string_view text, std::uint16_t umask);

  /// The new st_mode of a file with st_mode `mode`: its type, and the changed permissions. As with
  /// chmod, up to four octal digits leave a directory's set-id bits unchanged.
  [[nodiscard]] std::uint16_t apply(std::uint16_t mode) const;

  bool operator==(const ModeChange&) const = default;

 private:
  /// Adds, removes or sets bits in those that `affected` selects.
  struct Step {
    char operation = '=';                   // one of + - =
    std::uint16_t affected = 07777;         // the bits that may change
    std::uint16_t bits = 0;                 // a bit set, masked with `affected`
    std::uint16_t copied_from = 0;          // 0700, 070 or 07: the permissions to copy, or 0
    bool executable_if_any = false;         // X
    std::uint16_t kept_of_directories = 0;  // bits that `=` leaves alone in directories
    bool operator==(const Step&) const = default;
  };

  static Result<Step> parse_octal(std::string_view text);
  static bool parse_clause(std::string_view clause, std::uint16_t umask, std::vector<Step>& steps);
  static Step parse_step(std::string_view& clause, std::uint16_t who, std::uint16_t umask);
  static std::uint16_t apply(const Step& step, std::uint16_t mode);

  std::vector<Step> steps_;
};

}  // namespace zvfs
