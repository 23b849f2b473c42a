#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace zvfs {

/// A PATH or GLOB of the command line, taken apart at its slashes. A plain value.
class PathPattern {
 public:
  struct Component {
    enum class Kind : std::uint8_t {
      kName,      ///< This name alone.
      kGlob,      ///< Names that matches_glob() accepts.
      kAnyDepth,  ///< `**`: any number of directories, even none; at the end, all that is below.
    };
    Kind kind;
    std::string text;
  };

  /// Leading, trailing and repeated slashes and "." are ignored: "/a//b/" is "a/b".
  /// Errors: InvalidArgument (".." in it: paths in an image have none).
  static Result<PathPattern> parse(std::string_view text);

  /// The same, but each name is taken as it is written, whatever is in it.
  static Result<PathPattern> parse_literally(std::string_view text);

  /// The text as the user gave it, for messages.
  [[nodiscard]] const std::string& text() const { return text_; }
  /// Empty for the root.
  [[nodiscard]] const std::vector<Component>& components() const { return components_; }
  /// True when all of `path`, names with single slashes between them, matches. Takes at most
  /// |components| x |names in path| comparisons of names.
  [[nodiscard]] bool matches(std::string_view path) const;

  /// For each number of components, whether so many may match all of some names of a path: 0 or 1.
  using Progress = std::vector<std::uint8_t>;

  /// The progress before the first name.
  [[nodiscard]] Progress start() const;

  /// Sets `after`, one element for each component and one more, to what `before` becomes behind
  /// `name`. Returns whether the pattern matches then. Compares each component once at most, so
  /// that all directories above a path can be asked for in the time of one.
  bool step(std::span<const std::uint8_t> before, std::string_view name,
            std::span<std::uint8_t> after) const;

  /// True when it may match more than one path.
  [[nodiscard]] bool has_glob() const;
  /// True when parse_literally() may mean another path.
  [[nodiscard]] bool has_special_characters() const;

 private:
  explicit PathPattern(std::string_view text) : text_(text) {}
  void skip_any_depth(std::span<std::uint8_t> progress) const;
  template <typename MakeComponent>
  static Result<PathPattern> parse_with(const MakeComponent& make, std::string_view text);

  std::string text_;
  std::vector<Component> components_;
};

}  // namespace zvfs
