// Which calls fail, and how many were made: a table in a file that the test maps as well.
#pragma once

namespace zvfs::faults {

/// A kind of call. The test chooses kinds by the names in fault_table.cc.
enum class Call : unsigned char {
  kMalloc,
  kMmap,
  kOpen,
  kStat,
  kRead,
  kPread,
  kReaddir,
  kReadlink,
  kLseek,
  kGetXattr,
  kWrite,
  kFsync,
  kRename,
  kTruncate,
  kMake,
  kChmod,
  kChown,
  kUtimens,
  kSetXattr,
  kClose,
  kThread,
  kFork,
};
inline constexpr unsigned kCallCount = 22;

/// Counts a call; true if it is to fail. Never allocates. Thread-safe.
bool fails(Call call);

/// The next definition of a function after ours, as with dlsym(RTLD_NEXT).
void* next_definition(const char* name);

}  // namespace zvfs::faults
