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

/// Offsets into the found stream: what the frames that were found decode to, one after another,
/// whatever is missing between them.
struct FoundRange {
  std::uint64_t begin = 0;
  std::uint64_t end = 0;
};

/// Which bytes of the found stream are whole members of a tar archive.
struct SalvagePlan {
  std::vector<FoundRange> kept;             ///< Ascending, not adjacent.
  bool is_whole = false;                    ///< All is kept, and nothing was missing.
  bool has_end_mark = false;                ///< The last archive ended as it should.
  std::uint64_t end = 0;                    ///< Behind the last member, or its end mark.
  bool begins_archive = false;              ///< The first member is that of the root, "./".
  bool is_ours = false;                     ///< And no other name begins so: mkimage has made it.
  bool resumed = false;                     ///< Something was kept behind what was not.
  std::uint64_t dropped = 0;                ///< Members that were not whole, or not to be trusted.
  std::unordered_set<std::uint64_t> paths;  ///< path_key() of all kept, where they are remembered.
};

/// A number for a member's path, whatever slashes and dots it is written with. Two paths have the
/// same number once in 2^64 times.
std::uint64_t path_key(std::string_view path);

/// Takes the tar archive apart that is in a found stream, and tells which members are whole. Behind
/// a gap it goes on at the next header: where the old index says how much is missing, exactly
/// there; otherwise at the next block that is one. With an old index, only members that it has
/// are kept from there on; without one, of an archive that mkimage has made, those whose header
/// looks like its own, and of others all but the first, whose name may have stood in an extended
/// header that is lost.
/// Not thread-safe; use once.
class StreamSalvage {
 public:
  /// Is told the path of each member that is dropped.
  using Dropped = std::function<void(std::string_view path)>;

  /// Borrows the index, which may be null. `has_gaps` says that frames are missing.
  StreamSalvage(OldIndex* index, bool has_gaps, Dropped on_dropped);

  /// A frame begins. `follows_gap` counts where its place in the old stream is not known.
  void begin_frame(bool follows_gap, std::optional<StreamOffset> place);

  /// Bytes of that frame; all pieces but the last have a multiple of 512.
  void take(ByteSpan bytes);

  /// After the last byte.
  SalvagePlan finish();

 private:
  enum class Mode : std::uint8_t {
    kParse,
    kSkip,    // the rest of a member that is lost
    kSearch,  // for a header
  };
  // A member whose headers were read.
  struct Member {
    TarEntry entry;
    std::uint64_t end = 0;   // of its data
    StreamOffset data = {};  // in the old stream, where that is known
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
  std::uint64_t open_begin_ = 0;         // of what was not kept or dropped yet
  std::optional<Member> member_;
  std::uint64_t skip_left_ = 0;
  bool searched_ = false;           // names need to be confirmed
  bool is_first_doubtful_ = false;  // that of the next member
  bool is_damaged_ = false;
};

}  // namespace zvfs
