#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/bytes.h"
#include "tests/support/image_forge.h"

namespace zvfs::testing {

/// Changes of single bytes of an image's index, behind checksums that are right: so a fuzzer gets
/// past them, and reaches every check of headers and rows.
class ImagePatches {
 public:
  /// Takes up to `limit` patches from the front of `reader`, each of four bytes: part u8, position
  /// u16, value u8. Parts are the first eight tables in the order of docs/format.md, the index
  /// header, the index directory, the frame digests and the index digests.
  ImagePatches(ByteReader& reader, std::size_t limit);

  /// Adds them to `forge`, whose hooks they take over; its build() must come before the end of this
  /// object. With patches of digests, the image has digests.
  void add_to(ImageForge& forge) const;

  [[nodiscard]] bool empty() const { return patches_.empty(); }

 private:
  // The first eight parts are tables.
  static constexpr std::uint8_t kHeader = 8;
  static constexpr std::uint8_t kDirectory = 9;
  static constexpr std::uint8_t kFrameDigests = 10;
  static constexpr std::uint8_t kIndexDigests = 11;
  static constexpr std::uint8_t kParts = 12;

  struct Patch {
    std::uint8_t part;
    std::uint16_t position;
    std::uint8_t value;
  };

  template <typename Bytes>
  void change(std::uint8_t part, Bytes& bytes) const;

  std::vector<Patch> patches_;
};

}  // namespace zvfs::testing
