#include "zvfs/check/tar_stream.h"

#include <cerrno>
#include <locale.h>
#include <new>
#include <utility>

#include <archive.h>
#include <archive_entry.h>

#include "base/units.h"

namespace zvfs {
namespace {

constexpr std::uint64_t kWindowSize = 16 * kMiB;

// While it lives, this thread has the locale "C", in which libarchive hands out names as they are
// in the archive. In others it converts them from UTF-8, and composes characters (NFC).
class PlainLocale {
 public:
  PlainLocale() : locale_(::newlocale(LC_ALL_MASK, "C", nullptr)), old_(::uselocale(locale_)) {}
  ~PlainLocale() {
    ::uselocale(old_);
    if (locale_ != nullptr) ::freelocale(locale_);
  }
  PlainLocale(const PlainLocale&) = delete;
  PlainLocale& operator=(const PlainLocale&) = delete;

 private:
  const locale_t locale_;
  const locale_t old_;
};

}  // namespace

void TarStream::Free::operator()(archive* handle) const { ::archive_read_free(handle); }

TarStream::TarStream(const Image& image, unsigned threads)
    : image_(image.raw()),
      cursor_(image_.index()),
      prefetcher_(image, threads, kWindowSize),
      archive_(::archive_read_new()),
      frame_count_(image.header().frame_count) {
  if (archive_ == nullptr) throw std::bad_alloc();
  const PlainLocale plain;
  ::archive_read_support_format_tar(archive_.get());
  // Two archives in a row are one stream, as `tar --concatenate` and plain cat make it.
  ::archive_read_set_format_option(archive_.get(), "tar", "read_concatenated_archives", "1");
  if (::archive_read_open(archive_.get(), this, nullptr, &read_callback, nullptr) != ARCHIVE_OK) {
    warning_ = ::archive_error_string(archive_.get());
  }
}

TarStream::~TarStream() = default;

Result<archive_entry*> TarStream::next() {
  const PlainLocale plain;
  if (!warning_.empty()) return failure();
  archive_entry* entry = nullptr;
  const int status = ::archive_read_next_header(archive_.get(), &entry);
  if (status == ARCHIVE_EOF) return nullptr;
  // A warning says that a name is not of the locale: it is not converted then.
  if (status == ARCHIVE_OK || status == ARCHIVE_WARN) return entry;
  return failure();
}

Result<TarStream::Block> TarStream::read() {
  const void* bytes = nullptr;
  std::size_t size = 0;
  la_int64_t offset = 0;
  const int status = ::archive_read_data_block(archive_.get(), &bytes, &size, &offset);
  if (status == ARCHIVE_EOF) return Block{0, {}, true};
  if (status != ARCHIVE_OK) return failure();
  return Block{static_cast<std::uint64_t>(offset), {static_cast<const std::byte*>(bytes), size}};
}

std::uint64_t TarStream::header_offset() const {
  return static_cast<std::uint64_t>(::archive_read_header_position(archive_.get()));
}

Unexpected TarStream::failure() const {
  if (!warning_.empty()) return fail(ErrorCode::kCorrupt, "{}", warning_);
  const char* const text = ::archive_error_string(archive_.get());
  return fail(ErrorCode::kCorrupt, "{}",
              text == nullptr ? "the tar is truncated or damaged" : text);
}

Result<ByteSpan> TarStream::read_frame() {
  const FrameNumber number{next_frame_++};
  prefetcher_.visit(number.value);
  const DataFrame frame = ZVFS_TRY(image_.frame_table().frame(cursor_, number));
  frame_ = ZVFS_TRY(image_.frames().read({FrameKey::Space::kData, number.value},
                                         FrameClass::kPacked, frame.location));
  return frame_->bytes();
}

// libarchive's callback: no exception may leave it.
ssize_t TarStream::read_callback(archive* handle, void* self_pointer, const void** bytes) {
  auto& self = *static_cast<TarStream*>(self_pointer);
  if (self.is_exhausted()) return 0;
  try {
    if (const auto frame = self.read_frame(); frame) {
      *bytes = frame->data();
      return static_cast<ssize_t>(frame->size());
    } else {
      self.warning_ = frame.error().message;
    }
  } catch (const std::bad_alloc&) {
    self.warning_ = "out of memory";
  }
  ::archive_set_error(handle, EIO, "a frame cannot be read");
  return -1;
}

}  // namespace zvfs
