#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "tar/pax_attributes.h"
#include "tar/sparse_map.h"
#include "tar/tar_block.h"
#include "tar/tar_entry.h"

namespace zvfs {

/// Reads the headers of tar members, of any dialect, into a TarEntry: first any extended headers,
/// then the member's header block, then the map of a sparse member. Problems with single attributes
/// become notes of the entry. Not thread-safe.
class TarMemberReader {
 public:
  /// What must follow before the member is complete.
  enum class Next : std::uint8_t {
    kNothing,
    kSparseBlock,  ///< A block that continues the header: GNU tar's old format of sparse files, and
                   ///< star's.
    kMapBlock,     ///< A block of data that holds the map: its format 1.0.
  };

  /// Whether `type` is that of a header about the next header.
  static bool is_extended(char type);
  void add_extended(char type, ByteSpan body);

  /// The most that global headers may say, by PaxAttributes::cost(): all of it is work for each
  /// member.
  static constexpr std::size_t kMaxGlobalCost = std::size_t{64} << 10;

  /// How much members got from global headers so far, by PaxAttributes::cost(), and global headers
  /// from those before them. No archive has bytes for what is repeated.
  [[nodiscard]] std::uint64_t repeated_cost() const { return repeated_cost_; }

  /// Begins the entry of the member with this header. Errors: Corrupt.
  Result<Next> begin(const TarBlock& block);
  Result<Next> add_sparse_block(const TarBlock& block);
  Result<Next> add_map_block(ByteSpan block);

  /// Call once nothing more must follow: the data begins at `stream_offset`.
  /// Errors: Corrupt (a sparse map that does not match the data).
  Result<void> finish(std::uint64_t stream_offset);

  /// The member begun last; has no data of any kind before finish().
  [[nodiscard]] TarEntry& entry() { return entry_; }
  [[nodiscard]] const TarEntry& entry() const { return entry_; }

  /// Whether it is not a member but GNU tar's name for the volume.
  [[nodiscard]] bool is_volume_label() const { return is_volume_label_; }

  /// The size in the header of a hard link. Most programs write no data for it.
  [[nodiscard]] std::uint64_t link_size() const { return link_size_; }

  /// Whether that much data follows unless a header does. It does if the member has a pax header:
  /// the format says so (IEEE Std 1003.1, pax, "linkdata").
  [[nodiscard]] bool has_link_data() const { return has_link_data_; }

  /// Records of global headers that no entry has.
  [[nodiscard]] const PaxRecords& global_records() const { return global_.others; }

  /// Forgets global headers, which apply to one archive.
  void end_archive() { set_global(PaxAttributes()); }

 private:
  [[nodiscard]] const PaxAttributes& pax() const { return local_ ? *local_ : global_; }
  // What attributes say about a member's extended attributes.
  struct MemberXattrs {
    XattrSet set;
    std::optional<std::uint16_t> permissions;  // those of an ACL
    std::vector<std::string> notes;
  };

  void add_global(ByteSpan body);
  void set_global(PaxAttributes attributes);
  void begin_local();
  void read_names(const TarBlock& block);
  void read_type(const TarBlock& block);
  void read_owner(const TarBlock& block);
  void read_time(const TarBlock& block);
  void read_device(const TarBlock& block);
  void read_xattrs();
  static MemberXattrs xattrs_of(const PaxAttributes& said);
  static void add_acl(std::string_view name, const std::optional<std::string>& text,
                      std::vector<Xattr>& xattrs, MemberXattrs& result);
  Result<void> read_size(const TarBlock& block);
  Result<Next> read_sparse(const TarBlock& block);
  Result<Next> read_old_sparse(const TarBlock& block);
  Result<void> take_map_block();
  Result<void> add_run(const TarBlock::Run& run);
  std::uint32_t id_of(std::optional<std::uint64_t> pax, std::optional<std::int64_t> header,
                      std::string_view what);
  void note(std::string message);

  PaxAttributes global_;
  std::size_t global_cost_ = 0;  // for each member
  std::uint64_t repeated_cost_ = 0;
  std::optional<MemberXattrs> global_xattrs_;  // once they are needed
  std::optional<PaxAttributes> local_;         // those of the member, including the global ones
  std::optional<std::string> gnu_path_;
  std::optional<std::string> gnu_link_path_;
  std::vector<TarEntry::Note> early_notes_;  // about extended headers

  TarEntry entry_;
  SparseMap map_;
  bool is_star_sparse_ = false;
  std::uint64_t link_size_ = 0;
  bool has_link_data_ = false;
  bool is_volume_label_ = false;
};

}  // namespace zvfs
