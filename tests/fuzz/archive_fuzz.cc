// Any bytes as an archive for mkimage: it is refused, or becomes an image that `zvfs check` finds
// clean. Covers the bridge to libarchive, tars that stay or are rewritten, and the rules.
// Input: the archive, and at its end, so that any archive is an input, two bytes. Bits of the first
// choose rules; of the second, whether header sums of tars are made right (bit 0), and a wrapping
// with right sums (bits 1 and 2).
#include <cstdlib>

#include <fmt/core.h>

#include "codecs/frame_encoder.h"
#include "tests/support/archive_conversion.h"
#include "tests/support/clean_image.h"
#include "tests/support/gzip_member.h"

namespace {

using namespace zvfs;
using testing::ArchiveConversion;

// Temporary files, too, stay in memory.
[[maybe_unused]] const bool kIsInMemory = ::setenv("TMPDIR", "/dev/shm", 1) == 0;

void choose_rules(std::uint8_t bits, ArchiveConversion& conversion) {
  const auto is_set = [&](int bit) { return (bits >> bit & 1) != 0; };
  EntryRules& rules = conversion.rules;
  if (is_set(0)) conversion.tar_bytes = TarBytes::kRewrite;
  if (is_set(1)) rules.shape.strip_components = 1;
  if (is_set(2)) rules.shape.set_prefix("new/place").value();
  if (is_set(3)) rules.excludes.add_lines("*e*\n!dir\n/a*/\n").value();
  if (is_set(4)) rules.metadata.mode = ModeChange::parse("u=rwX,go-w", 022).value();
  if (is_set(5)) rules.metadata.mtime = Timestamp{1'600'000'000, 5};
  if (is_set(6)) rules.xattrs.exclude = {"user.*"};
  if (is_set(7)) {
    rules.pseudo
        .add_lines(
            "dev d 755 0 0\ndev/null c 666 0 0 1 3\na m 640 1 2\nlink s 777 0 0 a\n"
            "hard L a\na x user.new=1\ndir/socket i 600 0 0 s\n")
        .value();
  }
}

void put_checksum(MutableByteSpan header) {
  constexpr std::size_t kPlace = 148;
  std::fill_n(header.begin() + kPlace, 8, std::byte{' '});
  unsigned sum = 0;
  for (const std::byte byte : header) sum += std::to_integer<unsigned>(byte);
  const std::string digits = fmt::format("{:06o}", sum) + '\0';
  std::ranges::copy(as_bytes(digits), header.begin() + kPlace);
}

void put_checksums(MutableByteSpan archive) {
  constexpr std::size_t kMagic = 257;
  for (; archive.size() >= kTarBlockSize; archive = archive.subspan(kTarBlockSize)) {
    const MutableByteSpan block = archive.first(kTarBlockSize);
    if (as_text(block).substr(kMagic).starts_with("ustar")) put_checksum(block);
  }
}

ByteVector wrap(ByteVector archive, int how) {
  if (how == 1) return testing::gzip_member(archive);
  if (how != 2 || archive.empty()) return archive;
  static FrameEncoder encoder(EncoderOptions{Codec::kZstd, 1});
  const EncodedFrame frame = encoder.encode(archive).value();
  return {frame.bytes.begin(), frame.bytes.end()};
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2 || size > kMaxFrameSize) return 0;
  const ByteSpan input = std::as_bytes(std::span(data, size));
  ByteVector archive(input.begin(), input.end() - 2);
  ArchiveConversion conversion;
  choose_rules(data[size - 2], conversion);
  if ((data[size - 1] & 1) != 0) put_checksums(archive);
  const auto image = conversion.run(wrap(std::move(archive), data[size - 1] >> 1 & 3));
  if (image) testing::require_clean(*image);
  return 0;
}
