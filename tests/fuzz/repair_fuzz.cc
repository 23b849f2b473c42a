// Any bytes given to `zvfs repair`: whatever it makes of them is an image that `zvfs check` finds
// clean. Covers the walk over frames, the salvage of the archive in them, and the old index.
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <sys/mman.h>
#include <unistd.h>

#include "base/unique_fd.h"
#include "format/image_source.h"
#include "zvfs/check/checker.h"
#include "zvfs/repair/repairer.h"

namespace {

using zvfs::ByteSpan;
using zvfs::ByteVector;

ByteVector content_of(int fd) {
  ByteVector bytes(static_cast<std::size_t>(::lseek(fd, 0, SEEK_END)));
  if (::pread(fd, bytes.data(), bytes.size(), 0) != static_cast<ssize_t>(bytes.size())) {
    std::abort();
  }
  return bytes;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const ByteSpan bytes(reinterpret_cast<const std::byte*>(data), size);
  const zvfs::MemorySource source(ByteVector(bytes.begin(), bytes.end()));
  const zvfs::UniqueFd out(::memfd_create("repaired", MFD_CLOEXEC));
  zvfs::RepairProgress progress;
  zvfs::RepairOptions options;
  options.frame_bound = 1 << 20;
  options.encoder.level = 1;
  options.on_lost = [](std::string_view) {};
  options.on_note = [](std::string_view) {};
  options.progress = &progress;
  if (!zvfs::repair_image(source, out.get(), options)) return 0;

  zvfs::CheckOptions check;
  check.on_problem = [](std::string_view) {};
  const auto report =
      zvfs::check_image(std::make_unique<zvfs::MemorySource>(content_of(out.get())), check);
  if (!report || !report->is_clean()) std::abort();
  return 0;
}
