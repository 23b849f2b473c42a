#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <string_view>

namespace zvfs {

/// The requests that are counted and timed.
enum class Operation : std::uint8_t {
  kLookup,
  kGetattr,
  kReadlink,
  kRead,
  kReaddir,
  kReaddirplus,
  kGetxattr,
  kListxattr,
  kLseek,
};
inline constexpr std::size_t kOperationCount = 9;

constexpr std::string_view name_of(Operation operation) {
  constexpr std::array<std::string_view, kOperationCount> kNames = {
      "lookup",      "getattr",  "readlink",  "read", "readdir",
      "readdirplus", "getxattr", "listxattr", "lseek"};
  return kNames[static_cast<std::size_t>(operation)];
}

/// Counts requests and the time that each took from its arrival in the daemon to its answer.
/// Thread-safe and lock-free.
class RequestStats {
 public:
  /// Bucket 0 counts requests of less than 1 us; bucket i, those of 2^(i-1) to less than 2^i us;
  /// the last bucket, all longer ones.
  static constexpr std::size_t kBuckets = 20;

  struct Counters {
    std::atomic<std::uint64_t> count{0};
    std::atomic<std::uint64_t> errors{0};  ///< Answered with EIO or ENOMEM.
    std::atomic<std::uint64_t> nanoseconds{0};
    std::array<std::atomic<std::uint64_t>, kBuckets> histogram{};
  };

  enum class Outcome { kAnswered, kFailed };
  void add(Operation operation, std::chrono::nanoseconds duration, Outcome outcome);
  void add_bytes_read(std::uint64_t bytes) {
    bytes_read_.fetch_add(bytes, std::memory_order_relaxed);
  }

  [[nodiscard]] const Counters& of(Operation operation) const {
    return counters_[static_cast<std::size_t>(operation)];
  }
  [[nodiscard]] std::uint64_t bytes_read() const {
    return bytes_read_.load(std::memory_order_relaxed);
  }

  static std::size_t bucket_of(std::chrono::nanoseconds duration);

 private:
  std::array<Counters, kOperationCount> counters_;
  std::atomic<std::uint64_t> bytes_read_{0};
};

}  // namespace zvfs
