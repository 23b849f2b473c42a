#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

namespace zvfs {

/// An array of values that all are T() at first. A page of values takes memory only once one of
/// them is changed, and so does the array: for a size that an image claims and need not use.
/// Throws std::bad_alloc. Not thread-safe.
template <typename T>
class PagedArray {
 public:
  static constexpr std::size_t kPageSize = 4096;  ///< Values in a page.

  explicit PagedArray(std::uint64_t size) : size_(size) {}

  [[nodiscard]] std::uint64_t size() const { return size_; }

  /// Precondition, here and below: index < size().
  [[nodiscard]] T operator[](std::uint64_t index) const {
    const std::uint64_t page = index / kPageSize;
    if (page >= pages_.size() || pages_[page] == nullptr) return T();
    return (*pages_[page])[index % kPageSize];
  }

  /// The value to be changed. The reference stays valid.
  [[nodiscard]] T& edit(std::uint64_t index) {
    const std::uint64_t page = index / kPageSize;
    if (page >= pages_.size()) pages_.resize(page + 1);
    if (pages_[page] == nullptr) pages_[page] = std::make_unique<Page>();
    return (*pages_[page])[index % kPageSize];
  }

  /// How many pages take memory.
  [[nodiscard]] std::size_t pages() const {
    std::size_t count = 0;
    for (const auto& page : pages_) count += page == nullptr ? 0 : 1;
    return count;
  }

 private:
  using Page = std::array<T, kPageSize>;

  std::uint64_t size_;
  std::vector<std::unique_ptr<Page>> pages_;
};

/// A set of the numbers below its size, which takes memory as a PagedArray does.
class PagedBits {
 public:
  explicit PagedBits(std::uint64_t size) : size_(size), words_(size / kBits + 1) {}

  [[nodiscard]] std::uint64_t size() const { return size_; }
  [[nodiscard]] bool contains(std::uint64_t number) const {
    return (words_[number / kBits] >> number % kBits & 1) != 0;
  }
  /// False if it was there.
  bool insert(std::uint64_t number) {
    if (contains(number)) return false;
    words_.edit(number / kBits) |= std::uint64_t{1} << number % kBits;
    return true;
  }

 private:
  static constexpr std::uint64_t kBits = 64;

  std::uint64_t size_;
  PagedArray<std::uint64_t> words_;
};

}  // namespace zvfs
