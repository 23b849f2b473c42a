#include "mkimage/archives/gzip_stream.h"

#include <algorithm>
#include <array>
#include <new>
#include <utility>

#define ZLIB_CONST  // for input that is not changed
#include <zlib.h>

#include "base/units.h"

namespace zvfs {
namespace {

constexpr std::size_t kInflatedSize = 256 * kKiB;
constexpr int kGzipOnly = 16;  // for inflateInit2(): zlib's own form is refused
constexpr std::size_t kMostAtOnce = std::size_t{1} << 30;

constexpr std::array<std::byte, 3> kMagic = {std::byte{0x1F}, std::byte{0x8B}, std::byte{8}};
constexpr std::byte kReservedFlags{0xE0};

std::ptrdiff_t matching(ByteSpan head) {
  if (head.size() < kMagic.size()) return 0;
  return std::ranges::count_if(std::array{0U, 1U, 2U},
                               [&](unsigned i) { return head[i] == kMagic[i]; });
}

// Whether the file ends within the magic of a member, `head` being all that is left of it.
bool ends_within_member(ByteSpan head) {
  return !head.empty() && head.size() < kMagic.size() &&
         std::ranges::equal(head, ByteSpan(kMagic).first(head.size()));
}

// Whether a member was meant to begin here. One damaged byte must not make it look like something
// that may be ignored.
bool resembles_member(ByteSpan head) { return matching(head) >= 2; }

}  // namespace

struct GzipStream::Inflater {
  Inflater() {
    if (::inflateInit2(&stream, MAX_WBITS + kGzipOnly) != Z_OK) throw std::bad_alloc();
  }
  ~Inflater() { ::inflateEnd(&stream); }
  Inflater(const Inflater&) = delete;
  Inflater& operator=(const Inflater&) = delete;

  z_stream stream{};
};

bool GzipStream::recognizes(ByteSpan head) {
  return head.size() >= kMagicSize && matching(head) == 3 &&
         (head[3] & kReservedFlags) == std::byte{};
}

GzipStream::GzipStream(std::shared_ptr<BufferedStream> source)
    : source_(std::move(source)), inflater_(std::make_unique<Inflater>()), buffer_(kInflatedSize) {}

GzipStream::~GzipStream() = default;

// Fills the buffer unless the data ends, so that whoever reads need not collect pieces.
Result<ByteSpan> GzipStream::next() {
  std::size_t size = 0;
  while (!ended_ && size < buffer_.size()) {
    const ByteSpan bytes = ZVFS_TRY(source_->peek(1));
    if (bytes.empty()) return damaged("it is truncated");
    size += ZVFS_TRY(inflate(bytes, MutableByteSpan(buffer_).subspan(size)));
  }
  return ByteSpan(buffer_).first(size);
}

// Takes some of `bytes`, and returns how much is in `out` now.
Result<std::size_t> GzipStream::inflate(ByteSpan bytes, MutableByteSpan out) {
  z_stream& stream = inflater_->stream;
  const auto given = static_cast<uInt>(std::min(bytes.size(), kMostAtOnce));
  stream.next_in = reinterpret_cast<const Bytef*>(bytes.data());
  stream.avail_in = given;
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  const int status = ::inflate(&stream, Z_NO_FLUSH);
  source_->consume(given - stream.avail_in);
  const std::size_t size = out.size() - stream.avail_out;
  if (status == Z_MEM_ERROR) return fail(ErrorCode::kNoMemory, "out of memory");
  if (status == Z_STREAM_END) {
    ZVFS_TRY(end_member());
  } else if (status != Z_OK) {
    return damaged(stream.msg == nullptr ? "invalid data" : stream.msg);
  }
  return size;
}

Result<void> GzipStream::end_member() {
  ZVFS_TRY(source_->skip_zeros());
  const ByteSpan head = ZVFS_TRY(source_->peek(kMagicSize));
  if (ends_within_member(head)) return damaged("it is truncated");
  ended_ = !resembles_member(head);
  if (!ended_) ::inflateReset(&inflater_->stream);
  return {};
}

Unexpected GzipStream::damaged(const char* why) const {
  return fail(ErrorCode::kCorrupt, "gzip data is damaged, before {}: {}", source_->position(), why);
}

}  // namespace zvfs
