#include "mkimage/archives/archive_reader.h"

#include <cerrno>
#include <new>
#include <utility>

#include <archive.h>
#include <archive_entry.h>

#include "base/units.h"

namespace zvfs {
namespace {

constexpr std::size_t kReadSize = 256 * kKiB;

// libarchive converts names to the locale's character set. "C" leaves those of a tar as they are:
// other locales convert them from UTF-8, and compose characters (NFC).
const char* locale_for(ArchiveReader::Formats formats) {
  return formats == ArchiveReader::Formats::kTar ? "C" : "C.UTF-8";
}

// A format that could not be registered for lack of memory would be taken for another one. A
// warning only says that libarchive would call a program.
void require(int status) {
  if (status == ARCHIVE_FATAL) throw std::bad_alloc();
}

// All filters except those that run programs or guess at text.
void support_filters(archive* handle) {
  require(::archive_read_support_filter_bzip2(handle));
  require(::archive_read_support_filter_compress(handle));
  require(::archive_read_support_filter_gzip(handle));
  require(::archive_read_support_filter_lz4(handle));
  require(::archive_read_support_filter_lzip(handle));
  require(::archive_read_support_filter_lzma(handle));
  require(::archive_read_support_filter_lzop(handle));
  require(::archive_read_support_filter_rpm(handle));
  require(::archive_read_support_filter_xz(handle));
  require(::archive_read_support_filter_zstd(handle));
}

void support_tar(archive* handle) {
  require(::archive_read_support_format_tar(handle));
  ::archive_read_set_format_option(handle, "tar", "read_concatenated_archives", "1");
}

void support_formats(archive* handle, ArchiveReader::Formats formats) {
  if (formats == ArchiveReader::Formats::kRaw) {
    require(::archive_read_support_format_raw(handle));
    require(::archive_read_support_format_empty(handle));
    return;
  }
  require(::archive_read_support_format_ar(handle));
  if (formats == ArchiveReader::Formats::kAr) return;
  require(::archive_read_support_format_7zip(handle));
  require(::archive_read_support_format_cab(handle));
  require(::archive_read_support_format_cpio(handle));
  require(::archive_read_support_format_iso9660(handle));
  require(::archive_read_support_format_lha(handle));
  require(::archive_read_support_format_rar(handle));
  require(::archive_read_support_format_rar5(handle));
  require(::archive_read_support_format_warc(handle));
  require(::archive_read_support_format_xar(handle));
  require(::archive_read_support_format_zip(handle));
}

}  // namespace

// While it lives, this thread has the reader's locale.
class ArchiveReader::Locale {
 public:
  explicit Locale(const ArchiveReader& reader) : old_(::uselocale(reader.locale_)) {}
  ~Locale() { ::uselocale(old_); }
  Locale(const Locale&) = delete;
  Locale& operator=(const Locale&) = delete;

 private:
  const locale_t old_;
};

void ArchiveReader::Free::operator()(archive* handle) const { ::archive_read_free(handle); }
void ArchiveReader::Free::operator()(archive_entry* entry) const { ::archive_entry_free(entry); }

ArchiveReader::ArchiveReader(Formats formats)
    : locale_(::newlocale(LC_ALL_MASK, locale_for(formats), nullptr)),
      archive_(::archive_read_new()),
      entry_(::archive_entry_new()) {
  if (archive_ == nullptr || locale_ == nullptr || entry_ == nullptr) throw std::bad_alloc();
  // libarchive's functions that open call this, too, but do not look whether there was memory for
  // it.
  require(::archive_read_set_callback_data(archive_.get(), nullptr));
  if (formats == Formats::kTar) {
    support_tar(archive_.get());
    return;
  }
  support_filters(archive_.get());
  support_formats(archive_.get(), formats);
}

ArchiveReader::~ArchiveReader() {
  archive_.reset();
  if (locale_ != nullptr) ::freelocale(locale_);
}

Result<std::unique_ptr<ArchiveReader>> ArchiveReader::open(int fd, Formats formats) {
  std::unique_ptr<ArchiveReader> reader(new ArchiveReader(formats));
  const Locale locale(*reader);
  if (::archive_read_open_fd(reader->archive_.get(), fd, kReadSize) != ARCHIVE_OK) {
    return reader->failure();
  }
  return reader;
}

Result<std::unique_ptr<ArchiveReader>> ArchiveReader::open(std::unique_ptr<ByteStream> stream,
                                                           Formats formats) {
  std::unique_ptr<ArchiveReader> reader(new ArchiveReader(formats));
  reader->stream_ = std::move(stream);
  const Locale locale(*reader);
  if (::archive_read_open(reader->archive_.get(), reader.get(), nullptr, &read_callback, nullptr) !=
      ARCHIVE_OK) {
    return reader->failure();
  }
  return reader;
}

Result<archive_entry*> ArchiveReader::next() {
  const Locale locale(*this);
  archive_entry* const entry = entry_.get();
  const int status = ::archive_read_next_header2(archive_.get(), entry);
  if (status == ARCHIVE_EOF) return nullptr;
  // A warning concerns a name outside the locale's character set; it is left unconverted.
  if (status == ARCHIVE_OK || status == ARCHIVE_WARN) return entry;
  return failure();
}

Result<ArchiveReader::Block> ArchiveReader::read() {
  const void* bytes = nullptr;
  std::size_t size = 0;
  la_int64_t offset = 0;
  const int status = ::archive_read_data_block(archive_.get(), &bytes, &size, &offset);
  if (status == ARCHIVE_EOF) return Block{0, {}, true};
  if (status == ARCHIVE_OK) {
    return Block{static_cast<std::uint64_t>(offset), {static_cast<const std::byte*>(bytes), size}};
  }
  if (status == ARCHIVE_FATAL) return failure();
  return fail(ErrorCode::kInvalidArgument, "{}", failure().error().message);
}

std::uint64_t ArchiveReader::header_offset() const {
  return static_cast<std::uint64_t>(::archive_read_header_position(archive_.get()));
}

std::uint64_t ArchiveReader::bytes_read() const {
  return static_cast<std::uint64_t>(::archive_filter_bytes(archive_.get(), -1));
}

Unexpected ArchiveReader::failure() const {
  if (::archive_errno(archive_.get()) == ENOMEM) throw std::bad_alloc();
  if (!warning_.empty()) return fail(ErrorCode::kCorrupt, "{}", warning_);
  const char* const text = ::archive_error_string(archive_.get());
  const int number = ::archive_errno(archive_.get());
  // This is how libarchive reports an unknown format.
  const bool is_unknown = number == EILSEQ && ::archive_format(archive_.get()) == 0;
  if (is_unknown && text != nullptr) return fail(ErrorCode::kUnsupported, "{}", text);
  const bool is_io = number > 0 && number != ENOMEM && number != EINVAL;
  return fail(is_io ? ErrorCode::kIo : ErrorCode::kCorrupt, "{}",
              text == nullptr ? "the archive is truncated or damaged" : text);
}

// libarchive's callback: no exception may leave it.
ssize_t ArchiveReader::read_callback(archive* handle, void* self_pointer, const void** bytes) {
  auto& self = *static_cast<ArchiveReader*>(self_pointer);
  try {
    if (const auto run = self.stream_->next(); run) {
      *bytes = run->data();
      return static_cast<ssize_t>(run->size());
    } else {
      self.warning_ = run.error().message;
    }
  } catch (...) {
    ::archive_set_error(handle, ENOMEM, "out of memory");
    return -1;
  }
  ::archive_set_error(handle, EIO, "cannot read the stream");
  return -1;
}

}  // namespace zvfs
