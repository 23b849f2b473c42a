#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/grow_array.h"
#include "base/result.h"
#include "base/warnings.h"
#include "tar/index_extras.h"
#include "tar/tar_parser.h"
#include "tree/name_table.h"
#include "tree/tree.h"

namespace zvfs {

/// Makes the index of a tar archive while its bytes come: fills a Tree with the files that
/// extraction would make of the members, and notes where in the stream their data lies. The bytes
/// may come in runs of any size, from any source: an archive that becomes an image, or the data
/// frames of an image that has lost its index. The caller keeps the bytes; this keeps only the
/// tree.
///
/// What extraction would make: of members with the same name the last one counts, but a directory
/// with entries stays. Missing parents are made up, with the owner and time of the first member in
/// them. Leading slashes are dropped; names with ".." are refused. A parent that is a symlink is
/// followed within the tree, as long as it is relative and has no ".."; anything below another kind
/// of file is refused. Archives in a row count as one. Everything odd is a warning.
///
/// Memory: that of the tree and its names, about 150 bytes for each member, and as much for each
/// made-up directory, of which there are at most a few for each member; and what the headers say,
/// which the parser limits to a few times the archive's size.
///
/// Use: take() until all bytes are taken, then finish(), and once the frames are known,
/// locate_files() (tree/file_locator.h). Not thread-safe.
class TarIndexer {
 public:
  /// Borrows everything. `tree` must be new. `index_extras`, which may be null, must have its facts
  /// about a member before the member is taken, and all others before finish().
  TarIndexer(Tree& tree, Warnings& warnings, IndexExtras* index_extras = nullptr)
      : tree_(tree), warnings_(warnings), index_extras_(index_extras) {}

  /// Takes bytes of one part from the front of `bytes`, which must not be empty: see
  /// TarParser::take(). Errors: Corrupt, TooLarge (also: too many directories are missing, or
  /// too much of the members' paths lies behind symlinks).
  Result<TarParser::Step> take(ByteSpan bytes);

  /// Call once, after the last byte. Completes the tree, except for the numbers of the frames in
  /// which data begins, which stay 0 for now. Errors: Corrupt (the archive is truncated).
  Result<void> finish();

  /// After finish(): the inodes of all files with data, in the order of their first bytes in the
  /// stream.
  [[nodiscard]] std::span<const std::uint32_t> files() const { return files_.span(); }

  [[nodiscard]] std::uint64_t members() const { return members_; }

  /// The bytes of all symlink targets that paths of members led through: work that a few bytes of
  /// the archive can ask for again and again.
  [[nodiscard]] std::uint64_t followed() const { return followed_; }

  /// After finish(): whether that directory has no member, so that its owner, mode and time are not
  /// the archive's.
  [[nodiscard]] bool is_made_up(InodeNumber directory) const;

 private:
  using Row = NameTable::Row;
  enum class IfMissing : std::uint8_t { kMake, kGiveUp };
  // Where the name of a member leads: a directory, and a name in it; no name for the root.
  struct Place {
    Row directory;
    std::string_view name;
  };

  Result<void> add(const TarEntry& entry);
  Result<void> add_or_report(const TarEntry& entry);
  Result<void> add_index_extras();
  Result<InodeNumber> find_inode(const std::string& path);
  Result<std::uint32_t> xattr_set_of(const TarEntry& entry);
  void set_root(InodeRecord record);
  Result<void> add_root(const TarEntry& entry);
  Result<void> add_at(const Place& place, const TarEntry& entry);
  Result<void> add_hard_link(const Place& place, const TarEntry& entry);
  Result<void> set_name(const Place& place, InodeNumber inode);
  [[nodiscard]] Result<void> check_replaceable(const Place& place) const;
  Result<InodeRecord> record_of(const TarEntry& entry);
  Result<void> set_data(const TarEntry& entry, InodeRecord& record);

  Result<Place> find_place(std::string_view path, const TarEntry& entry, IfMissing if_missing);
  Result<Row> find_directory(std::string_view path, const TarEntry& entry, IfMissing if_missing);
  Result<Row> walk(Row directory, std::string_view path, const TarEntry& entry,
                   IfMissing if_missing);
  Result<Row> enter(Row directory, std::string_view name, const TarEntry& entry,
                    IfMissing if_missing);
  Result<Row> follow(Row directory, Row symlink, const TarEntry& entry);
  Result<void> count_followed(std::string_view target);
  Result<Row> make_up(Row directory, std::string_view name, const TarEntry& entry);
  void set_made_up(InodeNumber directory, bool is_made_up);
  void renumber_files(std::span<const std::uint32_t> numbers);
  void renumber_made_up(std::span<const std::uint32_t> numbers);
  void report(const TarEntry& entry, Warning::Severity severity, std::string message);
  void report_archive() const;

  Tree& tree_;
  Warnings& warnings_;
  IndexExtras* const index_extras_;
  TarParser parser_;
  NameTable names_;
  GrowArray<std::uint32_t> files_;
  std::vector<bool> is_made_up_;  // by inode number less 1, up to the last such directory
  std::uint64_t members_ = 0;
  bool has_root_ = false;  // a member for it, or one that gave it its owner and time
  bool said_absolute_ = false;
  unsigned symlinks_followed_ = 0;  // on the way to one directory
  std::size_t walked_ = 0;          // bytes of path on that way
  std::uint64_t followed_ = 0;      // bytes of symlink targets, of all ways together
  std::uint64_t made_up_ = 0;       // directories
  std::string directory_path_;      // of directory_, the last member's
  Row directory_ = NameTable::kRoot;
};

}  // namespace zvfs
