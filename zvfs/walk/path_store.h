#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace zvfs {

/// Paths of a walk, which keep what they have in common with the one before only once: in the order
/// of the walk, each takes its last name and 8 bytes, however deep it is. Not thread-safe.
class PathStore {
 public:
  enum class Number : std::uint32_t {};

  /// Bounds the memory: a hostile image of 50 KB can have GiBs of paths.
  static constexpr std::size_t kMostBytes = std::size_t{64} << 20;

  /// Takes time proportional to the length of the path. Errors: TooLarge (kMostBytes are in use).
  Result<Number> add(std::string_view path);

  [[nodiscard]] std::string path(Number number) const;

  /// What the names take, in bytes.
  [[nodiscard]] std::size_t size() const { return names_.size() + nodes_.size() * sizeof(Node); }

 private:
  static constexpr std::uint32_t kNone = static_cast<std::uint32_t>(-1);
  struct Node {
    std::uint32_t parent;
    std::uint32_t name_end;  // in names_; it begins where that of the node before ends
  };
  // A name of the last path.
  struct Step {
    std::uint32_t node;
    std::size_t path_end;
  };

  void forget_all_but_common(std::string_view path);
  [[nodiscard]] std::string_view name(std::uint32_t node) const;

  std::vector<Node> nodes_;
  std::string names_;
  std::string last_;         // the last path that was added
  std::vector<Step> steps_;  // its names
};

}  // namespace zvfs
