#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "format/offsets.h"
#include "tar/tar_parser.h"
#include "zvfs/repair/old_index.h"

namespace zvfs {

/// Offsets into the found stream, which is the decoded data of the found frames in a row,
/// regardless of what is missing between them.
struct FoundRange {
  std::uint64_t begin = 0;
  std::uint64_t end = 0;
};

/// Which bytes of the found stream are whole members of a tar archive.
struct SalvagePlan {
  std::vector<FoundRange> kept;  ///< Ascending, not adjacent.
  bool is_whole = false;         ///< Everything is kept, and nothing was missing.
  bool has_end_mark = false;     ///< The last archive ends properly.
  std::uint64_t end = 0;         ///< The end of the last member or of its end mark.
  bool begins_archive = false;   ///< The first member is the root, "./".
  bool is_ours = false;          ///< Also, no other name begins like that: mkimage made it.
  bool resumed = false;          ///< Something was kept after something that was not.
  std::uint64_t dropped = 0;     ///< Members that were incomplete or not credible.
  std::unordered_set<std::uint64_t> paths;  ///< path_key() of all kept members, if remembered.
};

/// A number for a member's path, regardless of extra slashes and dots. Two paths have the same
/// number with a probability of 2^-64.
std::uint64_t path_key(std::string_view path);

/// Takes apart the tar archive in a found stream, and finds its whole members. After a gap it
/// continues at the next header: at a known place if the old index tells how much is missing,
/// otherwise at the next block that is a header. From there on, it keeps only members that the old
/// index confirms. Without an old index, it keeps members whose header looks like mkimage's, if
/// mkimage made the archive; of other archives it keeps all but the first member, whose name may
/// have been in a lost extended header.
/// Not thread-safe; use once.
class StreamSalvage {
 public:
  /// Takes the path of each dropped member.
  using Dropped = std::function<void(std::string_view path)>;

  /// Borrows the index, which may be null. `has_gaps` is true if frames are missing.
  StreamSalvage(OldIndex* index, bool has_gaps, Dropped on_dropped);

  /// A frame begins. `follows_gap` matters only if its place in the old stream is unknown.
  void begin_frame(bool follows_gap, std::optional<StreamOffset> place);

  /// Takes bytes of that frame. The size of each piece except the last is a multiple of 512.
  void take(ByteSpan bytes);

  /// Call after the last byte.
  SalvagePlan finish();

 private:
  enum class Mode : std::uint8_t {
    kParse,
    kSkip,    // the rest of a lost member
    kSearch,  // for a header
  };
  // A member whose headers have been read.
  struct Member {
    TarEntry entry;
    std::uint64_t end = 0;   // of its data
    StreamOffset data = {};  // in the old stream, if known
  };

  void enter_gap(std::optional<std::uint64_t> size);
  std::size_t parse(ByteSpan bytes);
  std::size_t search(ByteSpan bytes);
  std::size_t skip(ByteSpan bytes);
  [[nodiscard]] bool resumes_at(ByteSpan block) const;
  void start_parser();
  void follow(const TarParser::Step& step);
  void recognise(const TarEntry& member);
  void close_member();
  bool is_credible(const Member& member);
  void keep();
  void drop();
  void advance(std::size_t size);

  OldIndex* const index_;
  const bool remembers_paths_;
  const Dropped on_dropped_;
  SalvagePlan plan_;

  Mode mode_ = Mode::kParse;
  TarParser parser_;
  std::uint64_t at_ = 0;            // in the found stream
  std::uint64_t parser_begin_ = 0;  // where the parser's archive begins
  std::uint64_t frame_begin_ = 0;
  std::optional<std::uint64_t> old_at_;  // in the old stream
  std::uint64_t open_begin_ = 0;         // of the bytes that are neither kept nor dropped yet
  std::optional<Member> member_;
  std::uint64_t skip_left_ = 0;
  bool searched_ = false;           // names must be confirmed
  bool is_first_doubtful_ = false;  // the name of the next member is doubtful
  bool is_damaged_ = false;
};

}  // namespace zvfs
