#include "zvfs/check/inode_states.h"

#include <gtest/gtest.h>

namespace zvfs {
namespace {

using State = InodeStates::State;

constexpr State::Flag kFlags[] = {State::kHasData, State::kListed, State::kOnPath, State::kReached};
constexpr FileType kTypes[] = {
    FileType::kFifo,    FileType::kCharacterDevice, FileType::kDirectory, FileType::kBlockDevice,
    FileType::kRegular, FileType::kSymlink,         FileType::kSocket};

TEST(InodeStates, ContainsNumbersFromOneOn) {
  const InodeStates states(3);
  EXPECT_EQ(states.size(), 3U);
  EXPECT_FALSE(states.contains({0}));
  EXPECT_TRUE(states.contains({1}));
  EXPECT_TRUE(states.contains({3}));
  EXPECT_FALSE(states.contains({4}));
  EXPECT_FALSE(states.contains({0xFFFF'FFFF}));
}

TEST(InodeStates, KnowNothingAtFirst) {
  InodeStates states(1);
  EXPECT_FALSE(states.of({1}).is_read());
  EXPECT_FALSE(states.of({1}).is_directory());
  EXPECT_EQ(states.names({1}), 0U);
  for (const State::Flag flag : kFlags) EXPECT_FALSE(states.of({1}).is(flag));
}

TEST(InodeStates, HoldTypeAndFlagsApart) {
  for (const FileType type : kTypes) {
    for (const State::Flag flag : kFlags) {
      State state;
      state.set_type(type);
      EXPECT_TRUE(state.is_read());
      EXPECT_EQ(state.is_directory(), type == FileType::kDirectory);
      state.set(flag);
      EXPECT_EQ(state.type(), type);
      for (const State::Flag other : kFlags) EXPECT_EQ(state.is(other), other == flag);
      state.set(State::kListed);
      state.clear(flag);
      EXPECT_FALSE(state.is(flag));
      EXPECT_EQ(state.is(State::kListed), flag != State::kListed);
      EXPECT_EQ(state.type(), type);
    }
  }
}

TEST(InodeStates, HoldInodesApart) {
  InodeStates states(2);
  states.edit({2}).set_type(FileType::kFifo);
  states.set_named_in({2}, {0xFFFF'FFFF});
  EXPECT_FALSE(states.of({1}).is_read());
  EXPECT_EQ(states.names({1}), 0U);
  EXPECT_EQ(states.named_in({2}), 0xFFFF'FFFF);
}

}  // namespace
}  // namespace zvfs
