#include "format/decode_gate.h"

#include <atomic>
#include <optional>
#include <random>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

namespace zvfs {
namespace {

TEST(DecodeGate, AdmitsWhatFitsAtOnce) {
  DecodeGate gate(100);
  const DecodeGate::Pass one(gate, 60);
  const DecodeGate::Pass two(gate, 40);
}

TEST(DecodeGate, AlwaysAdmitsOne) {
  DecodeGate gate(100);
  for (int i = 0; i < 2; ++i) const DecodeGate::Pass large(gate, 1'000'000);
}

TEST(DecodeGate, LetsOthersWaitInTheirOrder) {
  DecodeGate gate(100);
  std::optional<DecodeGate::Pass> first(std::in_place, gate, 60);
  std::atomic<int> large{0};
  std::atomic<int> small{0};
  std::jthread after([&] {
    const DecodeGate::Pass pass(gate, 100);
    large = 1 + small;  // 1: before the small one
  });
  std::this_thread::sleep_for(std::chrono::milliseconds(20));
  std::jthread last([&] {
    const DecodeGate::Pass pass(gate, 1);
    small = 1;
  });
  std::this_thread::sleep_for(std::chrono::milliseconds(20));
  EXPECT_EQ(large, 0);
  EXPECT_EQ(small, 0);  // it would fit, but came later
  first.reset();
  after.join();
  last.join();
  EXPECT_EQ(large, 1);
  EXPECT_EQ(small, 1);
}

TEST(DecodeGate, NeverExceedsItsBudgetWithManyThreads) {
  constexpr std::uint64_t kBudget = 1000;
  DecodeGate gate(kBudget);
  std::atomic<std::uint64_t> inside{0};
  std::atomic<std::uint64_t> peak{0};
  std::vector<std::jthread> threads;
  for (unsigned t = 0; t < 8; ++t) {
    threads.emplace_back([&, t] {
      std::mt19937 generator(t);
      for (int i = 0; i < 2000; ++i) {
        const std::uint64_t bytes = 1 + generator() % kBudget;
        const DecodeGate::Pass pass(gate, bytes);
        const std::uint64_t now = inside += bytes;
        for (std::uint64_t seen = peak; seen < now && !peak.compare_exchange_weak(seen, now);) {
        }
        inside -= bytes;
      }
    });
  }
  threads.clear();
  EXPECT_LE(peak, kBudget);
  EXPECT_GT(peak, 0U);
}

}  // namespace
}  // namespace zvfs
