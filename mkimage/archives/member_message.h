#pragma once

#include <cstdint>

#include "base/bytes.h"
#include "base/result.h"
#include "mkimage/archives/member_source.h"

namespace zvfs {

/// What a process that reads an archive tells another about it, in order: members, each with its
/// data; then the end, or an error. The bytes are from a process that an archive may have taken
/// over, so nothing in them is trusted.
enum class MemberMessage : std::uint8_t {
  kMember,     ///< See append_member().
  kData,       ///< A run of the data: its offset, then the bytes.
  kDataEnd,    ///< Of the member.
  kDataError,  ///< Only this member's data cannot be read; then kDataEnd is left out.
  kEnd,        ///< Of the archive.
  kError,      ///< Instead of any other.
  kOpened,     ///< Before all others: how strong the sandbox is.
};

/// The most bytes of one message: a member with the largest attributes.
inline constexpr std::size_t kMaxMemberMessage = std::size_t{32} << 20;

/// Appends the content of a kMember.
void append_member(const SourceMember& member, ByteVector& out);
/// Parses it. Errors: Corrupt (no process of ours writes that).
Result<SourceMember> parse_member(ByteSpan bytes);

/// The same for a kError or kDataError.
void append_error(const Error& error, ByteVector& out);
Result<Error> parse_error(ByteSpan bytes);

}  // namespace zvfs
