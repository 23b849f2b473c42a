// Every backend that this CPU has against scalar code, which is checked against simpler code.
#include "codecs/simd.h"

#include <algorithm>
#include <array>

#include <gtest/gtest.h>

#include "base/bytes.h"
#include "tests/support/image_forge.h"

namespace zvfs {
namespace {

constexpr std::size_t kMaxLength = 300;
constexpr std::size_t kMaxAlignment = 64;

class Simd : public ::testing::TestWithParam<SimdBackend> {
 protected:
  const SimdKernels& kernels_ = simd_kernels(GetParam());
  const SimdKernels& scalar_ = simd_kernels(SimdBackend::kScalar);
};

// Calls `check` with spans of every length and alignment, at the end of memory of that size: a
// sanitizer sees a read beyond it.
template <typename Check>
void for_every_place(const Check& check) {
  for (std::size_t alignment = 0; alignment < kMaxAlignment; ++alignment) {
    for (std::size_t length = 0; length <= kMaxLength; ++length) {
      ByteVector memory(alignment + length);
      check(MutableByteSpan(memory).subspan(alignment));
    }
  }
}

TEST_P(Simd, AllEqualAgreesAtEveryPlace) {
  for_every_place([&](MutableByteSpan bytes) {
    if (bytes.empty()) return;
    std::ranges::fill(bytes, std::byte{0xC3});
    ASSERT_TRUE(kernels_.all_equal(bytes.data(), bytes.size())) << bytes.size();
    ASSERT_TRUE(scalar_.all_equal(bytes.data(), bytes.size())) << bytes.size();
  });
}

TEST_P(Simd, AllEqualFindsEveryDifference) {
  for (std::size_t length = 2; length <= kMaxLength; ++length) {
    for (const std::byte value : {std::byte{0}, std::byte{0x7F}, std::byte{0xFF}}) {
      ByteVector bytes(length, value);
      for (std::size_t i = 0; i < length; ++i) {
        bytes[i] ^= std::byte(1 << i % 8);
        ASSERT_FALSE(kernels_.all_equal(bytes.data(), length)) << i << " of " << length;
        ASSERT_FALSE(scalar_.all_equal(bytes.data(), length)) << i << " of " << length;
        bytes[i] = value;
      }
    }
  }
}

TEST_P(Simd, AllEqualAgreesOnLargeBlocks) {
  for (const std::size_t length : {4096UL, 65'536UL, 262'144UL, 262'145UL}) {
    ByteVector bytes(length);
    EXPECT_TRUE(kernels_.all_equal(bytes.data(), length));
    bytes.back() = std::byte{1};
    EXPECT_FALSE(kernels_.all_equal(bytes.data(), length));
  }
}

TEST_P(Simd, Xxh64AgreesAtEveryPlace) {
  const ByteVector random = testing::random_bytes(kMaxAlignment + kMaxLength, 1);
  for_every_place([&](MutableByteSpan bytes) {
    std::copy_n(random.begin(), bytes.size(), bytes.begin());
    ASSERT_EQ(kernels_.xxh64(bytes.data(), bytes.size()), scalar_.xxh64(bytes.data(), bytes.size()))
        << bytes.size();
  });
}

TEST_P(Simd, Xxh64AgreesOnEdgesAndLargeBlocks) {
  for (const std::size_t length : {4096UL, 65'535UL, 262'144UL, 1'048'583UL}) {
    for (const ByteVector& bytes : {ByteVector(length), ByteVector(length, std::byte{0xFF}),
                                    testing::random_bytes(length, 2)}) {
      EXPECT_EQ(kernels_.xxh64(bytes.data(), length), scalar_.xxh64(bytes.data(), length));
    }
  }
}

TEST_P(Simd, IsChosenByItsName) {
  const auto chosen = choose_simd(to_string(GetParam()));
  ASSERT_TRUE(chosen) << chosen.error().message;
  EXPECT_EQ(*chosen, GetParam());
}

INSTANTIATE_TEST_SUITE_P(Backends, Simd,
                         ::testing::ValuesIn(available_simd().begin(), available_simd().end()),
                         [](const auto& backend) { return std::string(to_string(backend.param)); });

TEST(SimdChoice, TakesOneThatIsAvailableByItself) {
  const auto chosen = choose_simd("");
  ASSERT_TRUE(chosen);
  EXPECT_NE(std::ranges::find(available_simd(), *chosen), available_simd().end());
}

TEST(SimdChoice, RefusesWhatThisCpuCannotRun) {
  constexpr std::array kAll = {SimdBackend::kScalar, SimdBackend::kAvx2, SimdBackend::kAvx512,
                               SimdBackend::kNeon};
  for (const SimdBackend backend : kAll) {
    const bool available = std::ranges::find(available_simd(), backend) != available_simd().end();
    EXPECT_EQ(choose_simd(to_string(backend)).has_value(), available) << to_string(backend);
  }
  const auto unknown = choose_simd("mmx");
  ASSERT_FALSE(unknown);
  EXPECT_EQ(unknown.error().code, ErrorCode::kInvalidArgument);
  EXPECT_TRUE(unknown.error().message.starts_with("this CPU does not support 'mmx', only scalar"));
}

}  // namespace
}  // namespace zvfs
