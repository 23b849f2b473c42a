#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "base/warnings.h"
#include "mkimage/archives/buffered_stream.h"
#include "mkimage/archives/cpio_header.h"
#include "mkimage/archives/member_source.h"

namespace zvfs {

/// The members of a cpio archive, and of those that follow it, with zeros between them, each
/// possibly compressed: as Linux unpacks an initramfs. Checks sums where the format has them.
/// libarchive does neither, and searches on where a header is damaged. Memory: a name, and those of
/// files whose other names have not come yet. Not thread-safe.
class CpioMembers final : public MemberSource {
 public:
  /// `source` is at the first header; `rest`, which may be null, is where bytes that follow its end
  /// come from. Borrows `warnings`, which learns of bytes behind the last archive.
  CpioMembers(std::shared_ptr<BufferedStream> source, std::shared_ptr<BufferedStream> rest,
              Warnings& warnings);

  Result<Next> next() override;
  Result<Block> read() override;

 private:
  using FileId = std::pair<std::uint64_t, std::uint64_t>;  // device, inode
  struct FirstName {
    std::string path;
    std::uint32_t names_left;
  };

  Result<bool> find_archive();
  Result<bool> enter_compressed();
  Result<Next> read_member();
  Result<Next> begin(std::string path);
  Result<TarEntry> entry_of(const std::string& path);
  Result<void> set_first_name(TarEntry& entry);
  Result<std::string> take_text(std::size_t size, const char* what);
  Result<void> take_padding(std::uint64_t size);
  Result<void> skip_data();
  [[nodiscard]] Unexpected damaged(std::string_view why) const;

  BufferedStream& source() { return *sources_.back(); }

  std::vector<std::shared_ptr<BufferedStream>> sources_;  // the innermost last
  Warnings& warnings_;
  std::optional<CpioFormat> format_;  // of the archive being read
  CpioHeader header_;
  std::uint64_t header_begin_ = 0;
  std::string path_;             // of the member
  bool in_data_ = false;         // its padding was not taken yet
  std::uint64_t data_left_ = 0;  // of the member, without padding
  std::uint64_t taken_ = 0;      // of a block that was given out and is still in the source
  std::uint32_t sum_ = 0;        // of the data so far
  std::map<FileId, FirstName> first_names_;
  bool ended_ = false;
};

}  // namespace zvfs
