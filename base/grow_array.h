#pragma once

#include <cassert>
#include <cstddef>
#include <cstdlib>
#include <new>
#include <span>
#include <type_traits>
#include <utility>

namespace zvfs {

/// An array that grows by realloc(3), which moves large blocks by remapping their pages. Unlike
/// std::vector, it neither copies on growth nor holds the old and the new block at once. So a scan
/// of ten million files needs the memory of its records and no more. Not thread-safe.
template <typename T>
class GrowArray {
  static_assert(std::is_trivially_copyable_v<T> && std::is_trivially_destructible_v<T>);

 public:
  GrowArray() = default;
  GrowArray(GrowArray&& other) noexcept
      : data_(std::exchange(other.data_, nullptr)),
        size_(std::exchange(other.size_, 0)),
        capacity_(std::exchange(other.capacity_, 0)) {}
  GrowArray& operator=(GrowArray&& other) noexcept {
    std::swap(data_, other.data_);
    std::swap(size_, other.size_);
    std::swap(capacity_, other.capacity_);
    return *this;
  }
  ~GrowArray() { std::free(data_); }

  /// Appends; references and spans into the array become invalid. Throws std::bad_alloc.
  void push_back(T value) {
    reserve_for(1);
    new (data_ + size_) T(value);
    ++size_;
  }
  /// Appends each of `values`, as push_back() does; they must not lie in this array.
  void append(std::span<const T> values) {
    reserve_for(values.size());
    for (const T& value : values) new (data_ + size_++) T(value);
  }

  /// Removes the elements after the first `size`, which must not exceed size().
  void truncate(std::size_t size) {
    assert(size <= size_);
    size_ = size;
  }

  [[nodiscard]] std::size_t size() const { return size_; }
  [[nodiscard]] bool empty() const { return size_ == 0; }
  [[nodiscard]] T& operator[](std::size_t index) {
    assert(index < size_);
    return data_[index];
  }
  [[nodiscard]] const T& operator[](std::size_t index) const {
    assert(index < size_);
    return data_[index];
  }
  [[nodiscard]] T& back() { return (*this)[size_ - 1]; }
  [[nodiscard]] const T& back() const { return (*this)[size_ - 1]; }
  [[nodiscard]] T* begin() { return data_; }
  [[nodiscard]] T* end() { return data_ + size_; }
  [[nodiscard]] const T* begin() const { return data_; }
  [[nodiscard]] const T* end() const { return data_ + size_; }
  [[nodiscard]] std::span<const T> span() const { return {data_, size_}; }

 private:
  void reserve_for(std::size_t more) {
    if (more <= capacity_ - size_) return;
    std::size_t capacity = capacity_ < 64 ? 64 : capacity_ + capacity_ / 2;
    if (capacity - size_ < more) capacity = size_ + more;
    void* const grown = std::realloc(static_cast<void*>(data_), capacity * sizeof(T));
    if (grown == nullptr) throw std::bad_alloc();
    data_ = static_cast<T*>(grown);
    capacity_ = capacity;
  }

  T* data_ = nullptr;
  std::size_t size_ = 0;
  std::size_t capacity_ = 0;
};

}  // namespace zvfs
