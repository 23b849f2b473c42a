#include "fuse/mount/signal_thread.h"

#include <pthread.h>
#include <utility>

#include "base/parallel.h"

namespace zvfs {

SignalThread::SignalThread(int signal, std::function<void()> on_signal)
    : signal_(signal), on_signal_(std::move(on_signal)) {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, signal_);
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
  thread_ = start_thread([this, set] {
    int received = 0;
    while (sigwait(&set, &received) == 0 && !stopped_) on_signal_();
  });
}

SignalThread::~SignalThread() {
  stopped_ = true;
  pthread_kill(thread_.native_handle(), signal_);
  thread_.join();
}

}  // namespace zvfs
