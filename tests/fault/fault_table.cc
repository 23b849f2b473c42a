#include "tests/fault/fault_table.h"

#include <array>
#include <atomic>
#include <cerrno>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <dlfcn.h>
#include <fcntl.h>
#include <string_view>
#include <sys/mman.h>
#include <unistd.h>

namespace zvfs::faults {
namespace {

// A row of the table, as the test reads and writes it (fault_table.py). Of the calls, numbered from
// 1, the one with the number `first` fails, and each `every`-th after it unless that is 0. No call
// fails while `first` is 0.
struct Row {
  std::atomic<std::uint64_t> count;
  std::atomic<std::uint64_t> first;
  std::atomic<std::uint64_t> every;
};
static_assert(sizeof(Row) == 24 && std::atomic<std::uint64_t>::is_always_lock_free);

constexpr std::array<std::string_view, kCallCount> kNames = {
    "malloc", "mmap",     "open",     "stat",  "read",   "pread",    "readdir", "readlink",
    "lseek",  "getxattr", "write",    "fsync", "rename", "truncate", "make",    "chmod",
    "chown",  "utimens",  "setxattr", "close", "thread", "fork"};

std::array<Row*, kCallCount> rows{};  // null: not in the table

thread_local bool is_ours __attribute__((tls_model("initial-exec"))) = false;

Row* map_table(const char* path) {
  const int fd = ::open(path, O_RDWR | O_CLOEXEC);
  if (fd < 0) return nullptr;
  void* const table =
      ::mmap(nullptr, kCallCount * sizeof(Row), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  ::close(fd);
  return table == MAP_FAILED ? nullptr : static_cast<Row*>(table);
}

// The test names the rows, so that it alone knows their order.
void name_rows(std::string_view names, Row* row) {
  while (!names.empty()) {
    const std::string_view name = names.substr(0, names.find(','));
    for (unsigned call = 0; call < kCallCount; ++call) {
      if (kNames[call] == name) rows[call] = row;
    }
    ++row;
    names.remove_prefix(name.size() + (name.size() < names.size() ? 1 : 0));
  }
}

void initialise() {
  const char* const program = std::getenv("ZVFS_FAULT_PROGRAM");
  const char* const path = std::getenv("ZVFS_FAULT_TABLE");
  const char* const names = std::getenv("ZVFS_FAULT_CALLS");
  if (program == nullptr || path == nullptr || names == nullptr) return;
  if (std::strcmp(program, program_invocation_short_name) != 0) return;
  Row* const table = map_table(path);
  if (table != nullptr) name_rows(names, table);
}

int (*real_main)(int, char**, char**) = nullptr;

int counted_main(int argc, char** argv, char** environment) {
  initialise();
  return real_main(argc, argv, environment);
}

}  // namespace

// Counting begins with main(): nothing can be done about static objects of libraries (CLI11's),
// which nobody can catch an exception of.
extern "C" int __libc_start_main(int (*main)(int, char**, char**), int argc, char** argv,
                                 void (*init)(), void (*finish)(), void (*finish_loader)(),
                                 void* stack_end) {
  using Function =
      int (*)(int (*)(int, char**, char**), int, char**, void (*)(), void (*)(), void (*)(), void*);
  static const auto next = reinterpret_cast<Function>(next_definition("__libc_start_main"));
  real_main = main;
  return next(counted_main, argc, argv, init, finish, finish_loader, stack_end);
}

bool fails(Call call) {
  Row* const row = rows[static_cast<unsigned>(call)];
  if (row == nullptr || is_ours) return false;
  const std::uint64_t number = row->count.fetch_add(1, std::memory_order_relaxed) + 1;
  const std::uint64_t first = row->first.load(std::memory_order_relaxed);
  const std::uint64_t every = row->every.load(std::memory_order_relaxed);
  if (first == 0 || number < first) return false;
  return number == first || (every != 0 && (number - first) % every == 0);
}

void* next_definition(const char* name) {
  is_ours = true;  // dlsym() may allocate
  void* const found = ::dlsym(RTLD_NEXT, name);
  is_ours = false;
  return found;
}

}  // namespace zvfs::faults
