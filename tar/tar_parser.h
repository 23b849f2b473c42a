#pragma once

#include <array>
#include <cstdint>

#include "base/bytes.h"
#include "base/result.h"
#include "tar/tar_entry.h"
#include "tar/tar_member_reader.h"

namespace zvfs {

/// Takes a tar archive apart as its bytes come: tells headers, data and what follows the end, and
/// reads the headers. Understands v7, ustar, pax (including global headers) and GNU tar's formats,
/// with all versions of sparse files, several archives in a row, and anything after the last. Keeps
/// no data: its memory is one member's headers. Not thread-safe.
class TarParser {
 public:
  /// What a run of the stream is.
  enum class Part : std::uint8_t {
    kHeaders,  ///< Blocks that describe a member; a sparse map is one of them.
    kData,     ///< A member's data and the zeros that fill its last block.
    kEnd,      ///< The end-of-archive mark, and anything after it that is not a member.
  };
  struct Step {
    std::size_t size = 0;  ///< How many bytes were taken.
    Part part = Part::kHeaders;
    const TarEntry* member = nullptr;  ///< Set with its last header; valid until the next call.
  };

  /// Takes bytes of one part, at least one byte, from the front of `bytes`, which must not be
  /// empty. Bytes that may yet turn out to be of another part are called headers.
  /// Errors: Corrupt (not a tar archive, or a broken one), TooLarge (headers of absurd size, or
  /// global headers whose attributes in all members are many times the archive's size).
  Result<Step> take(ByteSpan bytes);

  /// Call after the last byte. Errors: Corrupt (the archive ends within a member).
  Result<void> finish() const;

  /// Records of global headers about the members from here on that no TarEntry has.
  [[nodiscard]] const PaxRecords& global_records() const { return reader_.global_records(); }

  [[nodiscard]] std::uint64_t position() const { return position_; }  ///< Bytes taken.
  [[nodiscard]] bool has_end_mark() const { return has_end_mark_; }
  /// The number of archives, one after the other, as after `cat a.tar b.tar`.
  [[nodiscard]] std::uint64_t archives() const { return archives_; }
  /// Where bytes begin that follow an end mark and are not an archive; 0 if there are none.
  [[nodiscard]] std::uint64_t garbage_begin() const { return garbage_begin_; }

  /// The largest extended header: GNU tar has no limit, libarchive's is 1 MiB.
  static constexpr std::uint64_t kMaxExtendedHeader = std::uint64_t{16} << 20;

 private:
  enum class State : std::uint8_t {
    kHeader,        // waiting for a block: a header, or zeros
    kExtendedBody,  // of an extended header
    kSparseBlock,   // as TarMemberReader::Next
    kMapBlock,
    kData,
    kGarbage,
  };

  Result<Step> take_block(ByteSpan bytes);
  Result<Step> take_body(ByteSpan bytes);
  Step take_data(ByteSpan bytes);
  Result<Step> process_block(std::size_t size);
  Result<Step> process_header(std::size_t size);
  Result<Step> process_zeros(std::size_t size);
  Result<Step> process_no_header(std::size_t size);
  [[nodiscard]] bool expects_link_data() const;
  [[nodiscard]] Result<void> check_repeated() const;
  Result<void> begin_body(const TarBlock& header);
  Result<Step> await(TarMemberReader::Next next, std::size_t size);
  [[nodiscard]] Unexpected broken(std::uint64_t offset, std::string_view what) const;

  State state_ = State::kHeader;
  TarMemberReader reader_;
  std::uint64_t position_ = 0;
  std::array<std::byte, kTarBlockSize> block_{};
  std::size_t block_size_ = 0;  // how much of the block was taken

  std::uint64_t headers_begin_ = 0;  // of the member whose headers are being read
  bool in_headers_ = false;          // an extended header was read
  bool awaits_member_ = false;       // which is about the next member alone
  char body_type_ = 0;
  std::uint64_t body_left_ = 0;     // of the extended header
  std::uint64_t padding_left_ = 0;  // after its body
  ByteVector body_;
  std::uint64_t data_left_ = 0;  // of a member, with padding
  std::uint64_t link_size_ = 0;  // of the hard link just before, whose data may or may not follow
  bool may_be_end_ = false;      // all data of that link so far could be the end-of-archive mark

  std::uint64_t zero_blocks_ = 0;  // in a row, just before
  std::uint64_t archives_ = 0;
  bool in_archive_ = false;
  bool has_end_mark_ = false;
  std::uint64_t garbage_begin_ = 0;
};

}  // namespace zvfs
