#include "mkimage/order/content_sketch.h"

#include <random>
#include <string>

#include <gtest/gtest.h>

namespace zvfs {
namespace {

std::string noise(std::size_t size, unsigned seed) {
  std::mt19937 random(seed);
  std::string text(size, '\0');
  for (char& byte : text) byte = static_cast<char>(random());
  return text;
}

ContentSketch sketch(std::string_view text) {
  return ContentSketch::of(std::as_bytes(std::span(text)));
}

TEST(ContentSketch, AgreesInAllWithEqualContent) {
  EXPECT_EQ(sketch(noise(5000, 1)).common_bins(sketch(noise(5000, 1))), ContentSketch::kBins);
}

TEST(ContentSketch, AgreesInNothingWithOtherContent) {
  EXPECT_LE(sketch(noise(5000, 1)).common_bins(sketch(noise(5000, 2))), 1U);
}

TEST(ContentSketch, AgreesInMostWithMovedAndChangedContent) {
  std::string changed = "a new first line" + noise(5000, 1);
  changed[2500] ^= 1;
  EXPECT_GE(sketch(noise(5000, 1)).common_bins(sketch(changed)), ContentSketch::kBins - 3);
}

TEST(ContentSketch, AgreesInAboutAThirdWithContentOfWhichHalfIsTheSame) {
  // A third of the strings of both: 5 of 16 on average, here of 160.
  unsigned common = 0;
  for (unsigned seed = 0; seed < 10; ++seed) {
    const std::string half = noise(2500, 10 + seed);
    common +=
        sketch(half + noise(2500, 100 + seed)).common_bins(sketch(half + noise(2500, 200 + seed)));
  }
  EXPECT_GE(common, 35U);
  EXPECT_LE(common, 75U);
}

TEST(ContentSketch, OfTooLittleIsLikeNothing) {
  const ContentSketch empty = sketch("");
  const ContentSketch seven = sketch("1234567");
  EXPECT_EQ(empty.common_bins(empty), 0U);
  EXPECT_EQ(seven.common_bins(seven), 0U);
  for (unsigned pair = 0; pair < ContentSketch::kPairs; ++pair) EXPECT_EQ(seven.key(pair), 0U);
  EXPECT_EQ(sketch("12345678").common_bins(sketch("12345678")), 1U);
}

TEST(ContentSketch, HasEqualKeysWhereBinsAreEqual) {
  const ContentSketch a = sketch(noise(5000, 1));
  const ContentSketch b = sketch(noise(5000, 2));
  for (unsigned pair = 0; pair < ContentSketch::kPairs; ++pair) {
    EXPECT_EQ(a.key(pair), sketch(noise(5000, 1)).key(pair));
    EXPECT_NE(a.key(pair), 0U);
    EXPECT_NE(a.key(pair), b.key(pair));
  }
}

// An image must not depend on the machine or on the version of mkimage without need.
TEST(ContentSketch, IsTheSameEverywhere) {
  std::string numbers;
  for (int i = 0; i < 1000; ++i) numbers += std::to_string(i);
  EXPECT_EQ(sketch(numbers).key(0), 787123831U);
}

}  // namespace
}  // namespace zvfs
