#include "fuse/serve/read_reply.h"

#include <gtest/gtest.h>

namespace zvfs {
namespace {

std::vector<FileSlice> slices_of(std::string_view text, std::size_t slice_size) {
  std::vector<FileSlice> slices;
  for (std::size_t i = 0; i < text.size(); i += slice_size) {
    slices.push_back({as_bytes(text.substr(i, slice_size)), nullptr});
  }
  return slices;
}

std::string joined(const ReadReply& reply) {
  std::string text;
  for (const iovec& piece : reply.pieces()) {
    text.append(static_cast<const char*>(piece.iov_base), piece.iov_len);
  }
  return text;
}

TEST(ReadReply, PointsIntoTheSlices) {
  const std::string text = "some bytes";
  const ReadReply reply(slices_of(text, 4));
  ASSERT_EQ(reply.pieces().size(), 3U);
  EXPECT_EQ(reply.pieces()[0].iov_base, text.data());
  EXPECT_EQ(joined(reply), text);
}

TEST(ReadReply, KeepsItsFrames) {
  const auto memory = std::make_shared<FrameMemory>();
  auto frame = std::make_shared<Frame>(*memory, 3);
  const std::weak_ptr<const Frame> watch = frame;
  std::optional<ReadReply> reply;
  std::vector<FileSlice> slices{{frame->bytes(), frame}};
  frame.reset();
  reply.emplace(std::move(slices));
  EXPECT_FALSE(watch.expired());
  reply.reset();
  EXPECT_TRUE(watch.expired());
}

TEST(ReadReply, NeverHasMorePiecesThanWritevTakes) {
  std::string text(2 * ReadReply::kMaxPieces, 'a');
  for (std::size_t i = 0; i < text.size(); ++i) text[i] = static_cast<char>('a' + i % 26);
  const std::string_view most = std::string_view(text).substr(0, ReadReply::kMaxPieces);
  EXPECT_EQ(ReadReply(slices_of(most, 1)).pieces().size(), ReadReply::kMaxPieces);
  const ReadReply reply(slices_of(text, 1));
  EXPECT_EQ(reply.pieces().size(), 1U);
  EXPECT_EQ(joined(reply), text);
}

}  // namespace
}  // namespace zvfs
