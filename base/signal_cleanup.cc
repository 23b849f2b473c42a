#include "base/signal_cleanup.h"

#include <array>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <exception>
#include <fcntl.h>
#include <new>
#include <unistd.h>

#include "base/standard_streams.h"

namespace zvfs {
namespace {

constexpr int kFree = -1;
constexpr int kClaimed = -2;

// Everything the handler may touch: lock-free atomics, and plain arrays written beforehand.
struct Slot {
  std::atomic<int> directory_fd = kFree;
  std::array<char, 256> name{};
};
// All that end a process by default and are sent, not caused by a crash; and SIGRTMIN to SIGRTMAX.
// glibc keeps the two before SIGRTMIN for itself, and SIGXFSZ is ignored.
constexpr std::array kSignals = {SIGINT,  SIGTERM,   SIGQUIT, SIGHUP,  SIGPIPE, SIGXCPU, SIGALRM,
                                 SIGPOLL, SIGVTALRM, SIGPROF, SIGUSR1, SIGUSR2, SIGPWR,  SIGSTKFLT};

std::array<Slot, 8> slots;
static_assert(std::atomic<int>::is_always_lock_free);

void remove_files() {
  for (const Slot& slot : slots) {
    const int directory = slot.directory_fd.load(std::memory_order_acquire);
    if (directory >= 0) ::unlinkat(directory, slot.name.data(), 0);
  }
}

extern "C" void remove_files_and_die(int signal) {
  remove_files();
  // SA_RESETHAND has restored the default action, which runs when the handler returns.
  ::raise(signal);
}

// Of the ExitCleanup that lives.
constexpr int kNoStatus = -1;
std::atomic<int> exit_status = kNoStatus;
std::atomic<const char*> program_name = "";

void clean_up_at(int signal) {
  struct sigaction action = {};
  ::sigaction(signal, nullptr, &action);
  if (action.sa_handler == SIG_IGN) return;
  action = {};
  action.sa_handler = remove_files_and_die;
  action.sa_flags = static_cast<int>(SA_RESETHAND);
  ::sigfillset(&action.sa_mask);
  ::sigaction(signal, &action, nullptr);
}

void end_in_exit() {
  const int status = exit_status.load();
  if (status == kNoStatus) return;
  remove_files();
  ::_exit(status);
}

bool is_out_of_memory() noexcept {
  if (std::current_exception() == nullptr) return false;
  try {
    throw;
  } catch (const std::bad_alloc&) {
    return true;
  } catch (...) {
    return false;
  }
}

void end_in_terminate() noexcept {
  if (exit_status.load() != kNoStatus && is_out_of_memory()) {
    print_to_stderr(program_name.load());
    print_to_stderr(": out of memory\n");
    end_in_exit();
  }
  std::abort();
}

}  // namespace

ExitCleanup::ExitCleanup(const char* program, int status) {
  [[maybe_unused]] static const int registered = std::atexit(end_in_exit);
  std::set_terminate(end_in_terminate);
  program_name = program;
  exit_status = status;
}

ExitCleanup::~ExitCleanup() { exit_status = kNoStatus; }

void install_signal_cleanup() {
  for (const int signal : kSignals) clean_up_at(signal);
  for (int signal = SIGRTMIN; signal <= SIGRTMAX; ++signal) clean_up_at(signal);
}

RemoveOnSignal::RemoveOnSignal(int directory_fd, const std::string& name) {
  for (std::size_t i = 0; i < slots.size(); ++i) {
    int expected = kFree;
    if (name.size() >= slots[i].name.size() ||
        !slots[i].directory_fd.compare_exchange_strong(expected, kClaimed)) {
      continue;
    }
    slots[i].name.fill('\0');
    name.copy(slots[i].name.data(), name.size());
    slots[i].directory_fd.store(directory_fd, std::memory_order_release);
    slot_ = i;
    return;
  }
}

RemoveOnSignal::~RemoveOnSignal() {
  if (slot_ != kNoSlot) slots[slot_].directory_fd.store(kFree, std::memory_order_release);
}

}  // namespace zvfs
