#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/path_pattern.h"
#include "base/result.h"

namespace zvfs {

/// Which paths the PATHs and GLOBs of a command line choose. A walk carries along how far each
/// pattern has come, so that it visits only directories in which one can go on, and looks names
/// up where no pattern needs a listing. Not thread-safe.
class Selection {
 public:
  /// How far a pattern has come: its components before this one match the directory's path.
  struct Position {
    std::uint32_t pattern;
    std::uint32_t component;
    auto operator<=>(const Position&) const = default;
  };
  using Positions = std::vector<Position>;

  /// What a path is to the patterns; of several, the strongest.
  enum class Match : std::uint8_t {
    kNone,      ///< Neither it nor anything below it.
    kOnTheWay,  ///< Not itself, but there may be matches below.
    kGlob,      ///< A glob matches it.
    kName,      ///< A path without a glob names it.
  };

  /// Without operands everything is chosen, as by ".". Errors: InvalidArgument (".." in one).
  static Result<Selection> parse(const std::vector<std::string>& operands);

  /// What the root is, and the positions in it.
  Match start(Positions& positions);

  /// What the entry `name` is in a directory with these positions. Fills `next` with the positions
  /// in it, should it be a directory.
  Match advance(const Positions& positions, std::string_view name, Positions& next);

  /// True when the patterns in a directory ask for its listing; otherwise names() are all of it
  /// that can match.
  [[nodiscard]] bool needs_listing(const Positions& positions) const;
  /// In ascending order, each once.
  [[nodiscard]] std::vector<std::string> names(const Positions& positions) const;

  /// The operands that have matched nothing so far.
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
