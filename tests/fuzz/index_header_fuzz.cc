// Any bytes as an index header, with a right checksum put in, so that the checks behind it are
// reached. The first 16 bytes are the sizes that it is parsed against.
#include <algorithm>
#include <cstdlib>

#include "codecs/checksum.h"
#include "format/index_header.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  zvfs::ByteReader reader(std::as_bytes(std::span(data, size)));
  const std::uint64_t index_frame_size = reader.u64();
  const std::uint64_t file_size = reader.u64();
  const zvfs::ByteSpan body = reader.take(reader.remaining());
  zvfs::ByteVector header(body.begin(), body.end());
  if (header.size() >= zvfs::IndexHeader::kSize) {
    header.resize(zvfs::IndexHeader::kSize - 8);
    zvfs::ByteWriter(header).u64(zvfs::xxh64(header));
  }
  const auto parsed = zvfs::IndexHeader::parse(header, index_frame_size, file_size);
  if (!parsed) return 0;
  if (parsed->image_size > file_size) std::abort();
  if (!parsed->has_digests()) return 0;
  const std::uint64_t end = parsed->index_digest_offset(parsed->index_frame_count).value;
  if (end > parsed->data_size + index_frame_size) std::abort();
  return 0;
}
