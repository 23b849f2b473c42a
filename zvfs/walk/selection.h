#pragma once

#include <compare>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/path_pattern.h"
#include "base/result.h"

namespace zvfs {

/// The paths chosen by the PATHs and GLOBs of a command line. A walk keeps track of how far each
/// pattern has matched. So it visits only directories in which a pattern can continue, and looks up
/// names where no pattern needs a listing. Not thread-safe.
class Selection {
 public:
  /// How far a pattern has matched: its components before this one match the directory's path.
  struct Position {
    std::uint32_t pattern;
    std::uint32_t component;
    auto operator<=>(const Position&) const = default;
  };
  using Positions = std::vector<Position>;

  /// How the patterns match a path; the strongest match of several.
  enum class Match : std::uint8_t {
    kNone,      ///< Neither it nor anything below it matches.
    kOnTheWay,  ///< It does not match, but entries below it may.
    kGlob,      ///< A glob matches it.
    kName,      ///< A path without a glob names it.
  };

  /// Whether something has this path, as it is written.
  using Exists = std::function<bool(std::string_view path)>;

  /// Without operands, everything is chosen, as by ".". With `exists`, an operand that exists as it
  /// is written is that path, even if it looks like a glob. Errors: InvalidArgument (".." in one).
  static Result<Selection> parse(const std::vector<std::string>& operands,
                                 const Exists& exists = nullptr);

  /// The match of the root; fills `positions` with those in the root.
  Match start(Positions& positions);

  /// The match of the entry `name` in a directory with these positions. Fills `next` with the
  /// positions in that entry, in case it is a directory.
  Match advance(const Positions& positions, std::string_view name, Positions& next);

  /// True if the patterns in a directory need its listing. Otherwise only names() can match there.
  [[nodiscard]] bool needs_listing(const Positions& positions) const;
  /// In ascending order, without duplicates.
  [[nodiscard]] std::vector<std::string> names(const Positions& positions) const;

  /// The operands without a match so far.
  [[nodiscard]] std::vector<std::string> unmatched() const;

 private:
  explicit Selection(std::vector<PathPattern> patterns)
      : patterns_(std::move(patterns)), matched_(patterns_.size(), false) {}

  [[nodiscard]] const PathPattern::Component& component(Position position) const {
    return patterns_[position.pattern].components()[position.component];
  }
  Match arrive(Position position, Positions& next);

  std::vector<PathPattern> patterns_;
  std::vector<bool> matched_;
};

}  // namespace zvfs
