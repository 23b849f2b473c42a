#include "format/paged_array.h"

#include <gtest/gtest.h>

namespace zvfs {
namespace {

using Array = PagedArray<std::uint32_t>;

TEST(PagedArray, TakesMemoryForWhatIsChangedOnly) {
  Array array(std::uint64_t{1} << 32);
  EXPECT_EQ(array.size(), std::uint64_t{1} << 32);
  EXPECT_EQ(array[array.size() - 1], 0U);
  EXPECT_EQ(array.pages(), 0U);
  array.edit(5) = 1;
  array.edit(Array::kPageSize - 1) = 2;
  EXPECT_EQ(array.pages(), 1U);
  array.edit(array.size() - 1) = 3;
  EXPECT_EQ(array.pages(), 2U);
  EXPECT_EQ(array[5], 1U);
  EXPECT_EQ(array[6], 0U);
  EXPECT_EQ(array[Array::kPageSize - 1], 2U);
  EXPECT_EQ(array[Array::kPageSize], 0U);
  EXPECT_EQ(array[array.size() - 1], 3U);
}

TEST(PagedBits, HoldsNumbersApart) {
  PagedBits bits(std::uint64_t{1} << 32);
  for (const std::uint64_t number : {std::uint64_t{0}, std::uint64_t{63}, bits.size() - 1}) {
    EXPECT_FALSE(bits.contains(number));
    EXPECT_TRUE(bits.insert(number));
    EXPECT_FALSE(bits.insert(number));
    EXPECT_TRUE(bits.contains(number));
  }
  EXPECT_FALSE(bits.contains(1));
  EXPECT_FALSE(bits.contains(64));
  EXPECT_FALSE(bits.contains(bits.size() - 2));
}

}  // namespace
}  // namespace zvfs
