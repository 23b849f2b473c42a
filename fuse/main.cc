#include <cstdio>
#include <exception>
#include <malloc.h>
#include <new>
#include <span>

#include "base/standard_streams.h"
#include "fuse/mount/command_line.h"
#include "fuse/mount/exit_status.h"
#include "fuse/mount/mount_command.h"
#include "fuse/serve/log.h"

namespace {

// Nearly all memory is decoded frames of the cache. glibc gives each thread its own arena, whose
// freed memory the other threads cannot use: with eight arenas, a cache of 64 MiB took 180 MiB.
void share_freed_memory() { mallopt(M_ARENA_MAX, 1); }

zvfs::ExitStatus run(std::span<char* const> arguments) {
  using zvfs::CommandLine;
  auto line = zvfs::parse_command_line(arguments, zvfs::identify_caller());
  if (!line) {
    zvfs::log_error(line.error().message);
    return zvfs::ExitStatus::kUsage;
  }
  if (line->action == CommandLine::Action::kHelp) {
    std::fputs(zvfs::help_text().c_str(), stdout);
    return zvfs::ExitStatus::kSuccess;
  }
  if (line->action == CommandLine::Action::kVersion) {
    std::fputs(zvfs::version_text().c_str(), stdout);
    return zvfs::ExitStatus::kSuccess;
  }
  for (const std::string& warning : line->options.warnings) zvfs::log_warning(warning);
  return zvfs::MountCommand(std::move(line->options)).run();
}

}  // namespace

int main(int argc, char** argv) {
  zvfs::ExitStatus status = zvfs::ExitStatus::kSystem;
  zvfs::open_standard_streams();
  share_freed_memory();
  try {
    status = run({argv, static_cast<std::size_t>(argc)});
  } catch (const std::bad_alloc&) {
    zvfs::log_error("out of memory");
  } catch (const std::exception& error) {
    zvfs::log_error(error.what());
  }
  return static_cast<int>(status);
}
