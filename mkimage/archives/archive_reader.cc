#include "mkimage/archives/archive_reader.h"

#include <algorithm>
#include <cerrno>
#include <iconv.h>
#include <new>
#include <unistd.h>
#include <utility>

#include <archive.h>
#include <archive_entry.h>

#include "base/units.h"

namespace zvfs {
namespace {

constexpr std::size_t kReadSize = 256 * kKiB;
// What libzstd says of a window above 128 MiB, its default limit of memory.
constexpr std::string_view kWindowTooLarge = "Frame requires too much memory for decoding";
// What its reader of 7z says for lack of memory, with another number than ENOMEM.
constexpr std::string_view kNoMemory = "allocate memory";
constexpr std::size_t kLookedAhead = 64;  // at most, by a filter that looks for more of its data

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

// All filters except that for gzip, which checks no sums (see GzipStream), those that run programs,
// as that for lzop does in Debian, and those that guess at text.
void support_filters(archive* handle) {
  require(::archive_read_support_filter_bzip2(handle));
  require(::archive_read_support_filter_compress(handle));
  require(::archive_read_support_filter_lz4(handle));
  require(::archive_read_support_filter_lzip(handle));
  require(::archive_read_support_filter_lzma(handle));
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
    support_filters(handle);
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

Result<std::unique_ptr<ArchiveReader>> ArchiveReader::make(Formats formats) {
  const locale_t locale = ::newlocale(LC_ALL_MASK, locale_for(formats), nullptr);
  if (locale == nullptr && errno == ENOMEM) throw std::bad_alloc();
  if (locale == nullptr) return fail_errno(errno, fmt::format("locale {}", locale_for(formats)));
  return std::unique_ptr<ArchiveReader>(new ArchiveReader(formats, locale));
}

ArchiveReader::ArchiveReader(Formats formats, locale_t locale)
    : locale_(locale), archive_(::archive_read_new()), entry_(::archive_entry_new()) {
  if (archive_ == nullptr || entry_ == nullptr) throw std::bad_alloc();
  // libarchive's functions that open call this, too, but do not look whether there was memory for
  // it.
  require(::archive_read_set_callback_data(archive_.get(), nullptr));
  if (formats == Formats::kTar) {
    support_tar(archive_.get());
    return;
  }
  support_formats(archive_.get(), formats);
}

ArchiveReader::~ArchiveReader() {
  archive_.reset();
  ::freelocale(locale_);
}

// They stay loaded while somebody has them, so nobody gives them back.
void ArchiveReader::load_character_sets() {
  static_cast<void>(::newlocale(LC_ALL_MASK, locale_for(Formats::kArchives), nullptr));
  // Of lha and cab archives from Windows: those of its European and East Asian versions.
  for (const char* name : {"UTF-16LE", "UTF-16BE", "CP437", "CP850", "CP852", "CP866", "CP1250",
                           "CP1251", "CP1252", "CP932", "SJIS", "CP936", "CP949", "CP950"}) {
    static_cast<void>(::iconv_open("UTF-8", name));
  }
}

Result<std::unique_ptr<ArchiveReader>> ArchiveReader::open(int fd, Formats formats) {
  auto reader = ZVFS_TRY(make(formats));
  reader->fd_ = fd;
  reader->buffer_.resize(kReadSize);
  archive* const handle = reader->archive_.get();
  require(::archive_read_set_callback_data(handle, reader.get()));
  require(::archive_read_set_read_callback(handle, &read_file));
  require(::archive_read_set_seek_callback(handle, &seek_file));
  const Locale locale(*reader);
  if (::archive_read_open1(handle) != ARCHIVE_OK) return reader->failure();
  return reader;
}

Result<std::unique_ptr<ArchiveReader>> ArchiveReader::open(std::unique_ptr<ByteStream> stream,
                                                           Formats formats) {
  auto reader = ZVFS_TRY(make(formats));
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
  if (stream_error_) return failure();  // which some formats take for the end
  if (status == ARCHIVE_EOF) return nullptr;
  if (status != ARCHIVE_OK && status != ARCHIVE_WARN) return failure();
  warning_.clear();
  if (status == ARCHIVE_WARN) note_warning();
  return entry;
}

// Most warnings are about a name outside the locale's character set, which is left unconverted.
void ArchiveReader::note_warning() {
  const char* const text = ::archive_error_string(archive_.get());
  warning_ = text == nullptr ? "damaged" : text;
  if (warning_.find("converted from") != std::string::npos) warning_.clear();
}

Result<ArchiveReader::Block> ArchiveReader::read() {
  const void* bytes = nullptr;
  std::size_t size = 0;
  la_int64_t offset = 0;
  const int status = ::archive_read_data_block(archive_.get(), &bytes, &size, &offset);
  if (stream_error_) return failure();
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

bool ArchiveReader::is_compressed() const { return ::archive_filter_count(archive_.get()) > 1; }

std::string_view ArchiveReader::compression() const {
  // The last is the file itself.
  return ::archive_filter_name(archive_.get(), ::archive_filter_count(archive_.get()) - 2);
}

bool ArchiveReader::is_ar() const {
  return (::archive_format(archive_.get()) & ARCHIVE_FORMAT_BASE_MASK) == ARCHIVE_FORMAT_AR;
}

ByteVector ArchiveReader::left_over(std::size_t more) const {
  ByteVector bytes = before_run_;
  bytes.insert(bytes.end(), run_.begin(), run_.end());
  const auto taken = static_cast<std::uint64_t>(::archive_filter_bytes(archive_.get(), -1));
  const std::uint64_t wanted = given_ - std::min(given_, taken) + more;
  const std::uint64_t size = std::min<std::uint64_t>(wanted, bytes.size());
  bytes.erase(bytes.begin(), bytes.end() - static_cast<std::ptrdiff_t>(size));
  return bytes;
}

Unexpected ArchiveReader::failure() const {
  if (stream_error_) return Unexpected(Error(*stream_error_));
  const char* const text = ::archive_error_string(archive_.get());
  const bool has_text = text != nullptr;
  if (::archive_errno(archive_.get()) == ENOMEM ||
      (has_text && std::string_view(text).find(kNoMemory) != std::string_view::npos)) {
    throw std::bad_alloc();
  }
  const int number = ::archive_errno(archive_.get());
  if (has_text && std::string_view(text).ends_with(kWindowTooLarge)) {
    return fail(ErrorCode::kTooLarge,
                "{}: its window exceeds 128M; decompress it first: zstd -dc --long=31 FILE | "
                "mkimage - IMAGE",
                text);
  }
  // This is how libarchive reports an unknown format.
  const bool is_unknown = number == EILSEQ && ::archive_format(archive_.get()) == 0;
  if (is_unknown && has_text) return fail(ErrorCode::kUnsupported, "{}", text);
  const bool is_io = number > 0 && number != ENOMEM && number != EINVAL;
  return fail(is_io ? ErrorCode::kIo : ErrorCode::kCorrupt, "{}",
              has_text ? text : "the archive is truncated or damaged");
}

// Keeps the error, since libarchive goes on without some that it meets: it then takes a zip archive
// for one without a directory, and so without symlinks and modes.
void ArchiveReader::keep_error(int error_number, const char* what) {
  try {
    if (!stream_error_) stream_error_ = fail_errno(error_number, what).error();
  } catch (...) {
    stream_error_ = out_of_memory();
  }
  ::archive_set_error(archive_.get(), error_number, "%s", what);
}

// These are libarchive's callbacks: no exception may leave them.

ssize_t ArchiveReader::read_file(archive* /*handle*/, void* self_pointer, const void** bytes) {
  auto& self = *static_cast<ArchiveReader*>(self_pointer);
  *bytes = self.buffer_.data();
  while (true) {
    const ssize_t size = ::read(self.fd_, self.buffer_.data(), self.buffer_.size());
    if (size >= 0) return size;
    if (errno == EINTR) continue;
    self.keep_error(errno, "cannot read the archive");
    return -1;
  }
}

// An archive can say that something lies before its beginning (EINVAL).
std::int64_t ArchiveReader::seek_file(archive* /*handle*/, void* self_pointer, std::int64_t offset,
                                      int whence) {
  auto& self = *static_cast<ArchiveReader*>(self_pointer);
  const off_t position = ::lseek(self.fd_, offset, whence);
  if (position >= 0) return position;
  if (errno != EINVAL) self.keep_error(errno, "cannot seek in the archive");
  return ARCHIVE_FATAL;
}

ssize_t ArchiveReader::read_callback(archive* handle, void* self_pointer, const void** bytes) {
  auto& self = *static_cast<ArchiveReader*>(self_pointer);
  try {
    const std::size_t kept = std::min(self.run_.size(), kLookedAhead);
    const ByteSpan tail = self.run_.last(kept);
    if (kept > 0) self.before_run_.assign(tail.begin(), tail.end());
    if (const auto run = self.stream_->next(); run) {
      self.run_ = *run;
      self.given_ += run->size();
      *bytes = run->data();
      return static_cast<ssize_t>(run->size());
    } else {
      self.stream_error_ = run.error();
    }
  } catch (...) {
    ::archive_set_error(handle, ENOMEM, "out of memory");
    return -1;
  }
  ::archive_set_error(handle, EIO, "cannot read the stream");
  return -1;
}

}  // namespace zvfs
