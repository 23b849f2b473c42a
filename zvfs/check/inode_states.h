#pragma once

#include <cstdint>

#include "format/file_type.h"
#include "format/offsets.h"
#include "format/paged_array.h"

namespace zvfs {

/// What a check remembers of each inode. Takes five bytes per inode that was read and named: 50 MB
/// for ten million. Inodes that an image only claims take nothing.
class InodeStates {
 public:
  class State {
   public:
    enum Flag : std::uint8_t {
      kHasData = 0x10,  ///< A regular file with data, in a run or in extents.
      kListed = 0x20,   ///< Found in the frame files.
      kOnPath = 0x40,   ///< On the path that is being walked up now.
      kReached = 0x80,  ///< A directory below the root, or the root itself.
    };

    /// True once the row of the inode was read. It has no type before.
    [[nodiscard]] bool is_read() const { return type() != FileType{}; }
    [[nodiscard]] FileType type() const { return static_cast<FileType>(bits_ & 0xF); }
    [[nodiscard]] bool is_directory() const { return type() == FileType::kDirectory; }
    void set_type(FileType type) { set(static_cast<Flag>(type)); }

    [[nodiscard]] bool is(Flag flag) const { return (bits_ & flag) != 0; }
    void set(Flag flag) { bits_ = static_cast<std::uint8_t>(bits_ | flag); }
    void clear(Flag flag) { bits_ = static_cast<std::uint8_t>(bits_ & ~flag); }

   private:
    std::uint8_t bits_ = 0;
  };

  explicit InodeStates(std::uint32_t inodes) : states_(inodes), names_(inodes) {}

  [[nodiscard]] std::uint32_t size() const { return static_cast<std::uint32_t>(states_.size()); }
  [[nodiscard]] bool contains(InodeNumber number) const {
    return number.value >= 1 && number.value <= states_.size();
  }

  /// Precondition for all below: contains(number).
  [[nodiscard]] State of(InodeNumber number) const { return states_[number.value - 1]; }
  State& edit(InodeNumber number) { return states_.edit(number.value - 1); }

  /// For a directory: the directory that holds its name; 0 until found.
  [[nodiscard]] std::uint32_t named_in(InodeNumber number) const {
    return names_[number.value - 1];
  }
  void set_named_in(InodeNumber number, InodeNumber directory) {
    names_.edit(number.value - 1) = directory.value;
  }
  /// For other inodes: the number of names found.
  [[nodiscard]] std::uint32_t names(InodeNumber number) const { return names_[number.value - 1]; }
  void add_name(InodeNumber number) { ++names_.edit(number.value - 1); }

 private:
  PagedArray<State> states_;
  PagedArray<std::uint32_t> names_;
};
static_assert(sizeof(InodeStates::State) == 1);

}  // namespace zvfs
