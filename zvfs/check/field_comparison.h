// What a member of the stream says against what the index says, field by field.
#pragma once

#include <cstdint>
#include <string_view>

#include "base/result.h"
#include "format/file_type.h"

namespace zvfs {

/// Errors: Corrupt (they differ; the message says how).
template <typename T>
Result<void> same(std::string_view what, T member, T index) {
  if (member == index) return {};
  return fail(ErrorCode::kCorrupt, "{} {}, but the index has {}", what, member, index);
}

/// The same for modes, in octal.
inline Result<void> same_mode(std::uint32_t member, std::uint32_t index) {
  if (member == index) return {};
  return fail(ErrorCode::kCorrupt, "mode {:o}, but the index has {:o}", member, index);
}

/// The same for the types in modes.
inline Result<void> same_type(std::uint32_t member, std::uint32_t index) {
  return same_mode(mode_of(type_of(member), 0), mode_of(type_of(index), 0));
}

}  // namespace zvfs
