// Any bytes given to `zvfs repair`: whatever it makes of them is an image that `zvfs check` finds
// clean. Covers the walk over frames, the salvage of the archive in them, and the old index.
#include "tests/support/clean_image.h"
#include "tests/support/memory_file.h"
#include "zvfs/repair/repairer.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const zvfs::ByteSpan bytes = std::as_bytes(std::span(data, size));
  const zvfs::MemorySource source({bytes.begin(), bytes.end()});
  const zvfs::testing::MemoryFile out;
  zvfs::RepairProgress progress;
  zvfs::RepairOptions options;
  options.frame_bound = 1 << 20;
  options.encoder.level = 1;
  options.on_lost = [](std::string_view) {};
  options.on_note = [](std::string_view) {};
  options.progress = &progress;
  if (zvfs::repair_image(source, out.fd(), options)) zvfs::testing::require_clean(out.content());
  return 0;
}
