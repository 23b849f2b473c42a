#include "zvfs/check/xattr_check.h"

#include <gtest/gtest.h>

#include "format/xattr_set.h"
#include "tests/support/checked_image.h"

namespace zvfs {
namespace {

using testing::CheckedImage;
using testing::ImageForge;

using Problems = CheckedImage::Problems;

void check(CheckedImage& image) { check_xattr_sets(image.context); }

auto with_set(const std::function<void(XattrSetRecord&)>& change) {
  return [=](ImageForge& forge) { change(forge.xattr_sets.at(0)); };
}

// The forge's set: a name of 12 bytes with a value of 5, a name of 10 without one, each with a
// header of 6 bytes.
constexpr std::uint32_t kSize = 6 + 12 + 5 + 6 + 10;

TEST(XattrCheck, WantsSetsWithinTheData) {
  const auto beyond = [](std::uint64_t length, std::uint64_t offset) {
    return fmt::format("xattr set 0: {} bytes at {} exceed the {} bytes of xattr data", length,
                       offset, kSize);
  };
  testing::expect_problems(
      check, {{with_set([](auto& s) { s.offset = 1; }), {beyond(kSize, 1)}},
              {with_set([](auto& s) { s.offset = ~std::uint64_t{0}; }),
               {beyond(kSize, ~std::uint64_t{0})}},
              {with_set([](auto& s) { s.length = kSize + 1; }), {beyond(kSize + 1, 0)}},
              {with_set([](auto& s) { s.length = 16 << 20; }), {beyond(16 << 20, 0)}},
              {with_set([](auto& s) { s.length = (16 << 20) + 1; }),
               {"xattr set 0: 16777217 bytes exceed the limit of 16777216"}}});
}

TEST(XattrCheck, WantsAsManyAttributesAsTheSetSays) {
  for (const std::uint32_t count : {0U, 1U, 3U}) {
    ImageForge forge;
    forge.xattr_sets.at(0).count = count;
    CheckedImage image(forge);
    check(image);
    ASSERT_EQ(image.problems.size(), 1U) << count;
    EXPECT_EQ(image.problems[0].find("xattr set 0: "), 0U) << image.problems[0];
  }
}

// Sets of two attributes whose names are put there in this order.
auto with_names(std::string_view first, std::string_view second) {
  return [=](ImageForge& forge) {
    forge.xattr_data = XattrSet({{std::string(first), ByteVector(3)}}).encode();
    const ByteVector more = XattrSet({{std::string(second), {}}}).encode();
    forge.xattr_data.insert(forge.xattr_data.end(), more.begin(), more.end());
    forge.xattr_sets = {{0, static_cast<std::uint32_t>(forge.xattr_data.size()), 2}};
  };
}

TEST(XattrCheck, WantsNamesInTheirOrder) {
  const Problems disordered = {"xattr set 0: xattr set: attribute 1 of 2 is out of order"};
  testing::expect_problems(check, {{with_names("user.a", "user.b"), {}},
                                   {with_names("user.b", "user.a"), disordered},
                                   {with_names("user.a", "user.a"), disordered},
                                   {with_names("user.a", "user.B"), disordered},
                                   {with_names("user.a", "user.a.b"), {}}});
}

TEST(XattrCheck, NamesTheRowOfEachSet) {
  ImageForge forge;
  forge.xattr_sets.push_back({0, kSize, 3});
  forge.xattr_sets.push_back({0, kSize, 2});
  forge.xattr_sets.push_back({kSize, 1, 1});
  CheckedImage image(forge);
  check(image);
  ASSERT_EQ(image.problems.size(), 2U);
  EXPECT_EQ(image.problems[0].find("xattr set 1: "), 0U);
  EXPECT_EQ(image.problems[1], fmt::format("xattr set 3: 1 bytes at {0} exceed the {0} bytes of "
                                           "xattr data",
                                           kSize));
}

TEST(XattrCheck, StopsAtSetsThatOverlapTooMuch) {
  // 16 MiB of data and 64 MiB free make 320 MiB, that is, 20 sets of all of it.
  constexpr std::size_t kWhole = std::size_t{16} << 20;
  ImageForge forge;
  forge.xattr_data.assign(kWhole, std::byte{1});
  forge.xattr_sets.assign(22, {0, kWhole, 0});
  CheckedImage image(forge);
  check(image);
  ASSERT_EQ(image.problems.size(), 21U);
  EXPECT_EQ(image.problems[20],
            "xattr set 20: the sets overlap and exceed 335544320 bytes; not checked");
}

}  // namespace
}  // namespace zvfs
