#include "zvfs/walk/path_store.h"

#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

namespace zvfs {
namespace {

TEST(PathStore, GivesEachPathBack) {
  PathStore store;
  std::vector<std::pair<std::string, PathStore::Number>> added;
  for (const char* path : {"a", "a/b", "a/b/c", "a/bc", "a/b", "ab", "a/b/c/d", "a/b/c/d",
                           "a/b/x/d", "", "/", "/a", "./a", "./b//c", "z/", "z", "a"}) {
    added.emplace_back(path, store.add(path).value());
  }
  for (const auto& [path, number] : added) EXPECT_EQ(store.path(number), path);
}

TEST(PathStore, KeepsADirectoryOnce) {
  PathStore store;
  std::string directory;
  for (int depth = 0; depth < 1000; ++depth) directory += std::string(255, 'n') + '/';
  const std::size_t first = (static_cast<void>(store.add(directory + "0").value()), store.size());
  EXPECT_EQ(first, 1000 * (255 + 8) + 9U);
  for (int i = 1; i < 10; ++i) ASSERT_TRUE(store.add(directory + std::to_string(i)));
  EXPECT_EQ(store.size(), first + 9 * 9U);
}

TEST(PathStore, HasALimit) {
  PathStore store;
  const std::string name(1 << 20, 'n');
  std::size_t count = 0;
  while (store.add(std::to_string(count) + name)) ++count;
  EXPECT_EQ(count, 63U);
  EXPECT_LE(store.size(), PathStore::kMostBytes);
  const auto refused = store.add(name + name);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::kTooLarge);
  EXPECT_EQ(refused.error().message, "the names of hard-linked files exceed 64M");
  const auto small = store.add("a/b");
  ASSERT_TRUE(small);
  EXPECT_EQ(store.path(*small), "a/b");
}

}  // namespace
}  // namespace zvfs
