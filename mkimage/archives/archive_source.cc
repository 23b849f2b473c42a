#include "mkimage/archives/archive_source.h"

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <string>
#include <string_view>
#include <unistd.h>
#include <utility>

#include <archive_entry.h>

#include "base/temporary_file.h"
#include "base/unique_fd.h"
#include "base/units.h"
#include "format/image.h"
#include "mkimage/archives/archive_reader.h"
#include "mkimage/archives/buffered_stream.h"
#include "mkimage/archives/converted_archive.h"
#include "mkimage/archives/cpio_members.h"
#include "mkimage/archives/decompressed_file.h"
#include "mkimage/archives/image_extras.h"
#include "mkimage/archives/member_data.h"
#include "mkimage/archives/rewritten_tar.h"
#include "mkimage/archives/sandboxed_members.h"
#include "tar/tar_block.h"

namespace zvfs {
namespace {

using Formats = ArchiveReader::Formats;
using Stream = std::unique_ptr<ByteStream>;

bool has_at(ByteSpan head, std::size_t offset, std::string_view magic) {
  return head.size() >= offset + magic.size() &&
         as_text(head.subspan(offset, magic.size())) == magic;
}

bool is_iso(ByteSpan head) { return has_at(head, 32769, "CD001"); }

// An empty file counts as a tar, so that the tar parser reports it.
bool is_tar(ByteSpan head) {
  if (head.empty()) return true;
  if (head.size() < kTarBlockSize || is_iso(head)) return false;
  const TarBlock block(head.first<kTarBlockSize>());
  return block.is_zero() || block.has_checksum();
}

bool is_debian_package(ByteSpan head) { return has_at(head, 0, "!<arch>\ndebian-binary"); }

bool is_lzop(ByteSpan head) { return has_at(head, 0, {"\x89LZO\0\r\n\x1A\n", 9}); }

// Whether it may be an archive that libarchive reads: worth a copy in a temporary file.
bool may_be_archive(ByteSpan head) {
  constexpr std::string_view kBeginnings[] = {"PK",
                                              "7z\xBC\xAF\x27\x1C",
                                              "Rar!\x1A\x07",
                                              "MSCF",
                                              "xar!",
                                              "WARC/",
                                              "!<arch>\n",
                                              "MZ",
                                              "\x7F"
                                              "ELF"};
  const bool is_lha = has_at(head, 2, "-l") && has_at(head, 6, "-");
  return is_iso(head) || is_lha || std::ranges::any_of(kBeginnings, [&](std::string_view magic) {
           return has_at(head, 0, magic);
         });
}

/// An archive in a file that it owns. Not thread-safe.
class InFile final : public ByteStream {
 public:
  InFile(UniqueFd fd, Stream stream) : fd_(std::move(fd)), stream_(std::move(stream)) {}
  Result<ByteSpan> next() override { return stream_->next(); }

 private:
  UniqueFd fd_;
  Stream stream_;
};

// Reads a compressed file to its end, for its checksums.
Result<void> check_content(Stream compressed, Warnings& warnings) {
  auto content = ZVFS_TRY(DecompressedFile::open(std::move(compressed), warnings));
  while (!ZVFS_TRY(content->next()).empty()) {
  }
  return {};
}

Result<Stream> debian_data(Stream package, Warnings& warnings) {
  std::shared_ptr<ArchiveReader> reader =
      ZVFS_TRY(ArchiveReader::open(std::move(package), Formats::kAr));
  while (archive_entry* const member = ZVFS_TRY(reader->next())) {
    const char* const given = ::archive_entry_pathname(member);
    const std::string name = given == nullptr ? "" : given;
    auto data = std::make_unique<MemberData>(reader);
    if (name.starts_with("data.tar")) {
      return Stream(ZVFS_TRY_IN(name, DecompressedFile::open(std::move(data), warnings)));
    }
    if (name.starts_with("control.tar")) {
      ZVFS_TRY_IN(name, check_content(std::move(data), warnings));
    }
  }
  return fail(ErrorCode::kCorrupt, "a Debian package without data.tar");
}

// Copies a stream to a temporary file.
Result<UniqueFd> spill(ByteStream& stream) {
  UniqueFd fd = ZVFS_TRY(make_temporary_file());
  while (true) {
    const ByteSpan bytes = ZVFS_TRY(stream.next());
    if (bytes.empty()) break;
    ZVFS_TRY(write_temporary(fd.get(), bytes));
  }
  if (::lseek(fd.get(), 0, SEEK_SET) != 0) return fail_errno(errno, "a temporary file");
  return fd;
}

Stream converted(std::unique_ptr<MemberSource> members, const ArchiveSetup& setup) {
  return std::make_unique<ConvertedArchive>(std::move(members), setup.rules, setup.index_extras,
                                            setup.warnings);
}

Result<Stream> converted_file(int fd, const ArchiveSetup& setup) {
  auto members = ZVFS_TRY(SandboxedMembers::open(fd));
  if (setup.tells_sandbox && !members->missing().empty()) {
    setup.warnings.report(
        Warning::Severity::kNote, ".",
        fmt::format("the process that reads the archive is less confined: {}", members->missing()));
  }
  return converted(std::move(members), setup);
}

// Takes an archive that the sandboxed process cannot seek in, or not read at all.
Result<Stream> converted_spill(ByteStream& stream, const ArchiveSetup& setup) {
  UniqueFd fd = ZVFS_TRY(spill(stream));
  auto archive = ZVFS_TRY(converted_file(fd.get(), setup));
  return Stream(std::make_unique<InFile>(std::move(fd), std::move(archive)));
}

Stream converted_cpio(std::unique_ptr<DecompressedFile> file, const ArchiveSetup& setup) {
  auto rest = file->take_rest();
  auto source = std::make_shared<BufferedStream>(std::move(file));
  return converted(
      std::make_unique<CpioMembers>(std::move(source), std::move(rest), setup.warnings), setup);
}

// The image at the end of a file. Errors: InvalidArgument (there is none); those of an image.
Result<std::unique_ptr<Image>> open_image(int fd) {
  constexpr std::uint64_t kCacheSize = 4 * kMiB;
  UniqueFd own(::fcntl(fd, F_DUPFD_CLOEXEC, 0));
  if (!own.is_open()) return fail_errno(errno, "its descriptor");
  auto file = ZVFS_TRY(FileSource::adopt(std::move(own), "source"));
  return Image::open(std::move(file), {.cache_size_bytes = kCacheSize});
}

// The archive in a file.
struct Located {
  std::unique_ptr<DecompressedFile> file;  // from the archive's first byte on
  ByteSpan head;                           // its first bytes
  bool precedes_image = false;             // the image then says nothing about it
};

// The bytes of a file from `begin` on, without the zeros that pad an image at its end.
std::uint64_t size_from(off_t begin, const Result<std::unique_ptr<Image>>& image) {
  if (!image || begin < 0) return FileStream::kToTheEnd;
  const ImageTables& tables = (*image)->raw();
  const std::uint64_t end = tables.start() + tables.header().image_size;
  return end - std::min(end, static_cast<std::uint64_t>(begin));
}

// A tar takes precedence over an image behind it; anything else before an image is skipped.
Result<Located> locate(int fd, off_t begin, const Result<std::unique_ptr<Image>>& image,
                       const ArchiveSetup& setup) {
  const auto open = [&](off_t from) {
    return DecompressedFile::open(fd, setup.progress, setup.warnings, size_from(from, image));
  };
  auto file = ZVFS_TRY(open(begin));
  ByteSpan head = ZVFS_TRY(file->peek());
  const auto image_start = static_cast<off_t>(image ? (*image)->raw().start() : 0);
  if (image_start == 0) return Located{std::move(file), head};
  if (is_tar(head)) return Located{std::move(file), head, true};
  if (::lseek(fd, image_start, SEEK_SET) < 0) return fail_errno(errno, "cannot seek");
  file = ZVFS_TRY(open(image_start));
  head = ZVFS_TRY(file->peek());
  return Located{std::move(file), head};
}

ImageExtras extras_of(const Result<std::unique_ptr<Image>>& image, Warnings& warnings) {
  if (!image && image.error().code == ErrorCode::kInvalidArgument) return {};
  auto extras =
      image ? ImageExtras::read(**image) : Result<ImageExtras>(Unexpected(Error(image.error())));
  if (extras) return *std::move(extras);
  warnings.report(
      Warning::Severity::kUnreadable, ".",
      fmt::format("sockets and large extended attributes of the image's index are lost: {}",
                  extras.error().message));
  return {};
}

Stream tar_stream(Stream tar, ImageExtras extras, const ArchiveSetup& setup) {
  if (!setup.rules.empty() || setup.tar_bytes == TarBytes::kRewrite) {
    return std::make_unique<RewrittenTar>(std::move(tar), setup.rules, std::move(extras),
                                          setup.index_extras, setup.warnings);
  }
  for (TarEntry& socket : extras.sockets) setup.index_extras.add_socket(std::move(socket));
  for (auto& [path, xattrs] : extras.xattrs) setup.index_extras.set_xattrs_of_path(path, xattrs);
  return tar;
}

}  // namespace

Result<Stream> open_archive(int fd, const ArchiveSetup& setup) {
  const off_t begin = ::lseek(fd, 0, SEEK_CUR);  // negative for a pipe
  if (begin < 0 && errno != ESPIPE) return fail_errno(errno, "cannot seek");
  const auto image = open_image(fd);
  if (!image && is_of_system(image.error())) return Unexpected(Error(image.error()));
  auto [file, head, precedes_image] = ZVFS_TRY(locate(fd, begin, image, setup));
  if (is_tar(head)) {
    ImageExtras extras;
    if (!precedes_image) extras = extras_of(image, setup.warnings);
    return tar_stream(std::move(file), std::move(extras), setup);
  }
  if (is_debian_package(head)) {
    return tar_stream(ZVFS_TRY(debian_data(std::move(file), setup.warnings)), {}, setup);
  }
  if (CpioHeader::format_of(head)) return converted_cpio(std::move(file), setup);
  if (is_lzop(head)) {
    return fail(ErrorCode::kInvalidArgument,
                "compressed by lzop; decompress it first: lzop -dc FILE | mkimage - IMAGE");
  }
  if (!file->is_compressed() && begin >= 0) {
    if (::lseek(fd, begin, SEEK_SET) < 0) return fail_errno(errno, "cannot seek");
    return converted_file(fd, setup);
  }
  if (may_be_archive(head)) return converted_spill(*file, setup);
  return fail(ErrorCode::kUnsupported, "Unrecognized archive format");
}

}  // namespace zvfs
