#include <cstdio>
#include <exception>
#include <malloc.h>
#include <new>
#include <span>
#include <string>
#include <tuple>

#include "base/standard_streams.h"
#include "fuse/mount/command_line.h"
#include "fuse/mount/exit_status.h"
#include "fuse/mount/mount_command.h"
#include "fuse/serve/log.h"

namespace {

// Nearly all memory is decoded frames of the cache. glibc gives each thread its own arena, whose
// freed memory the other threads cannot use: with eight arenas, a cache of 64 MiB took 180 MiB.
void share_freed_memory() { mallopt(M_ARENA_MAX, 1); }

zvfs::ExitStatus answer(const std::string& text) {
  std::ignore = zvfs::print_to_stdout(text);
  const auto flushed = zvfs::flush_standard_output();
  if (flushed) return zvfs::ExitStatus::kSuccess;
  zvfs::log_error(flushed.error().message);
  return zvfs::ExitStatus::kSystem;
}

zvfs::ExitStatus run(std::span<char* const> arguments) {
  using zvfs::CommandLine;
  auto line = zvfs::parse_command_line(arguments, zvfs::identify_caller());
  if (!line) {
    zvfs::log_error(line.error().message);
    return zvfs::ExitStatus::kUsage;
  }
  if (line->action == CommandLine::Action::kHelp) return answer(zvfs::help_text());
  if (line->action == CommandLine::Action::kVersion) {
    return answer(zvfs::version_text() + (line->options.verbose ? zvfs::libraries_text() : ""));
  }
  for (const std::string& warning : line->options.warnings) zvfs::log_warning(warning);
  return zvfs::MountCommand(std::move(line->options)).run();
}

}  // namespace

int main(int argc, char** argv) {
  zvfs::ExitStatus status = zvfs::ExitStatus::kSystem;
  zvfs::open_standard_streams();
  zvfs::fail_at_size_limit();
  share_freed_memory();
  zvfs::take_libfuse_messages();
  try {
    status = run({argv, static_cast<std::size_t>(argc)});
  } catch (const std::bad_alloc&) {
    zvfs::log_error("out of memory");
  } catch (const std::exception& error) {
    zvfs::log_error(error.what());
  }
  return static_cast<int>(status);
}
