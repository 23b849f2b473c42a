#include "fuse/ahead/page_filler.h"

#include <cerrno>
#include <chrono>
#include <functional>
#include <map>
#include <set>

#include <gtest/gtest.h>

#include "tests/support/image_forge.h"
#include "tests/support/image_walk.h"

namespace zvfs {
namespace {

constexpr std::uint32_t kFrames = 6;
constexpr std::uint32_t kFilesPerFrame = 4;
constexpr std::uint32_t kFileSize = 100;
constexpr std::uint32_t kFirstFile = 2;  // inode number

// A root with kFrames frames of kFilesPerFrame files each, in stream order.
ByteVector packed_image() {
  testing::ImageForge forge;
  const InodeRecord file = forge.inode(2);
  const InodeRecord root = forge.inode(1);
  forge.inodes = {root};
  forge.dentries.clear();
  forge.frames.clear();
  forge.frame_files.clear();
  forge.first_files.clear();
  forge.extents.clear();
  for (std::uint32_t frame = 0; frame < kFrames; ++frame) {
    forge.frames.push_back(
        {testing::text_bytes(kFilesPerFrame * kFileSize, frame), std::nullopt, std::nullopt});
    forge.first_files.push_back(frame * kFilesPerFrame);
    for (std::uint32_t i = 0; i < kFilesPerFrame; ++i) {
      InodeRecord record = file;
      record.size = record.allocated = kFileSize;
      record.data = (frame * kFilesPerFrame + i) * kFileSize;
      record.count = frame;
      forge.inodes.push_back(record);
      const auto number = static_cast<std::uint32_t>(forge.inodes.size());
      forge.frame_files.push_back(number);
      const std::string name = fmt::format("{:04}", number);
      forge.dentries.push_back({forge.add_string(name), number, 4, FileType::kRegular});
    }
  }
  forge.first_files.push_back(kFrames * kFilesPerFrame);
  forge.inode(1).data = 0;
  forge.inode(1).count = kFrames * kFilesPerFrame;
  return forge.build();
}

// A filler over packed_image() that records its stores, and for which a test can wait.
class PageFillerTest : public ::testing::Test {
 protected:
  PageFillerTest()
      : image_(Image::open(std::make_unique<MemorySource>(packed_image()), {}).value()),
        known_(inode_count(image_->header())),
        filler_(
            *image_, known_,
            [this](InodeNumber inode, std::uint64_t offset, ByteSpan content) {
              return store(inode, offset, content);
            },
            [this] { return memory_is_short_.load(); }) {}

  static InodeNumber file(std::uint32_t frame, std::uint32_t index) {
    return {kFirstFile + frame * kFilesPerFrame + index};
  }
  void know_all() {
    for (std::uint32_t i = 0; i < kFrames * kFilesPerFrame; ++i) known_.insert({kFirstFile + i});
  }
  std::set<std::uint32_t> stored() {
    MutexLock lock(mutex_);
    return stored_;
  }
  // Reads `inode` and waits until the filler has reacted.
  void read_and_settle(InodeNumber inode, std::uint64_t offset = 0) {
    filler_.was_read(image_->inode(inode).value(), offset);
    settle();
  }
  void settle() {
    std::size_t before = ~std::size_t{0};
    for (int quiet = 0; quiet < 20;) {
      std::this_thread::sleep_for(std::chrono::milliseconds(2));
      const std::size_t now = calls_.load();
      quiet = now == before ? quiet + 1 : 0;
      before = now;
    }
  }

  int store(InodeNumber inode, std::uint64_t offset, ByteSpan content) {
    ++calls_;
    EXPECT_EQ(offset, 0U);
    if (while_storing_) while_storing_(inode);
    const Inode found = image_->inode(inode).value();
    EXPECT_TRUE(std::ranges::equal(content, testing::read_whole(*image_, found).value()));
    MutexLock lock(mutex_);
    if (refuse_.contains(inode.value)) return -ENOENT;
    stored_.insert(inode.value);
    return 0;
  }

  std::unique_ptr<Image> image_;
  InodeSet known_;
  std::atomic<bool> memory_is_short_{false};
  std::atomic<std::size_t> calls_{0};
  Mutex mutex_;
  std::set<std::uint32_t> stored_ ZVFS_GUARDED_BY(mutex_);
  std::set<std::uint32_t> refuse_;
  std::function<void(InodeNumber)> while_storing_;  // set before the filler starts
  PageFiller filler_;
};

TEST_F(PageFillerTest, PushesTheNeighboursOfAFileThatWasRead) {
  know_all();
  filler_.start();
  read_and_settle(file(2, 1));
  EXPECT_EQ(stored(),
            (std::set<std::uint32_t>{file(2, 0).value, file(2, 2).value, file(2, 3).value}));
  EXPECT_EQ(filler_.stats().pushes, 3U);
  EXPECT_EQ(filler_.stats().bytes, 3 * kFileSize);
}

TEST_F(PageFillerTest, PushesOnlyWhatTheKernelKnows) {
  known_.insert(file(2, 3));
  filler_.start();
  read_and_settle(file(2, 0));
  EXPECT_EQ(stored(), (std::set<std::uint32_t>{file(2, 3).value}));
}

TEST_F(PageFillerTest, DoesNotPushAFileTwice) {
  know_all();
  filler_.start();
  read_and_settle(file(0, 0));
  const std::size_t calls = calls_;
  read_and_settle(file(5, 0));
  EXPECT_EQ(calls_, calls + kFilesPerFrame - 1);
}

TEST_F(PageFillerTest, PushesAgainWhatTheKernelHasDropped) {
  know_all();
  filler_.start();
  read_and_settle(file(3, 0));
  const std::size_t calls = calls_;
  std::this_thread::sleep_for(std::chrono::milliseconds(110));
  read_and_settle(file(3, 1));  // it was pushed: a read of it means that its pages are gone
  EXPECT_EQ(calls_, calls + kFilesPerFrame - 1);
}

TEST_F(PageFillerTest, AReadThatOvertakesThePushOfItsFileMeansNothing) {
  know_all();
  while_storing_ = [this](InodeNumber inode) { filler_.was_read(image_->inode(inode).value(), 0); };
  filler_.start();
  read_and_settle(file(3, 0));
  EXPECT_EQ(calls_, kFilesPerFrame - 1);
}

TEST_F(PageFillerTest, AReadOfALaterPartOfAFileMeansNothing) {
  know_all();
  filler_.start();
  read_and_settle(file(3, 0));
  const std::size_t calls = calls_;
  std::this_thread::sleep_for(std::chrono::milliseconds(110));
  read_and_settle(file(3, 0), kFileSize / 2);
  EXPECT_EQ(calls_, calls);
}

TEST_F(PageFillerTest, OnAWalkAListingBringsTheFilesOfTheFramesThatItHasComeTo) {
  filler_.start();
  read_and_settle(file(0, 0));
  know_all();               // as a listing does
  filler_.was_listed({1});  // no walk yet
  settle();
  EXPECT_EQ(calls_, 0U);
  for (std::uint32_t i = 0; i < kFilesPerFrame; ++i) known_.erase(file(1, i));
  for (std::uint32_t i = 0; i < kFilesPerFrame; ++i) known_.erase(file(2, i));
  filler_.was_read(image_->inode(file(1, 0)).value(), 0);
  for (int i = 0; i < 2000 && filler_.stats().frames_ahead == 0; ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  EXPECT_EQ(calls_, 0U);
  filler_.was_listed({1});
  settle();
  EXPECT_EQ(stored(),
            (std::set<std::uint32_t>{file(0, 1).value, file(0, 2).value, file(0, 3).value}));
}

TEST_F(PageFillerTest, AWalkDecodesTheNextFrameAheadAndLeavesATripwire) {
  know_all();
  filler_.start();
  read_and_settle(file(0, 0));
  EXPECT_EQ(filler_.stats().frames_ahead, 0U);
  read_and_settle(file(1, 0));
  EXPECT_EQ(filler_.stats().frames_ahead, 1U);
  const auto pushed = stored();
  EXPECT_FALSE(pushed.contains(file(2, 0).value));
  EXPECT_TRUE(pushed.contains(file(2, 1).value));
  EXPECT_TRUE(pushed.contains(file(2, 3).value));
  read_and_settle(file(2, 0));
  EXPECT_EQ(filler_.stats().frames_ahead, 2U);
  EXPECT_TRUE(stored().contains(file(3, 1).value));
}

TEST_F(PageFillerTest, AnInodeThatTheKernelDoesNotYetHoldIsTriedAgain) {
  know_all();
  refuse_ = {file(2, 2).value};
  filler_.start();
  read_and_settle(file(2, 0));
  EXPECT_EQ(filler_.stats().unknown, 1U);
  EXPECT_TRUE(stored().contains(file(2, 3).value));
  {
    MutexLock lock(mutex_);
    refuse_.clear();
  }
  read_and_settle(file(2, 1));
  EXPECT_TRUE(stored().contains(file(2, 2).value));
}

TEST_F(PageFillerTest, PausesWhileMemoryIsShort) {
  know_all();
  memory_is_short_ = true;
  filler_.start();
  read_and_settle(file(2, 0));
  EXPECT_EQ(calls_, 0U);
  EXPECT_EQ(filler_.stats().memory_pauses, 1U);
}

TEST_F(PageFillerTest, StopsAtOnceAndStaysStopped) {
  know_all();
  filler_.start();
  filler_.stop();
  filler_.was_read(image_->inode(file(0, 0)).value(), 0);
  filler_.stop();
  EXPECT_EQ(calls_, 0U);
}

TEST_F(PageFillerTest, SurvivesReadsForgetsAndAStopAtOnce) {
  know_all();
  filler_.start();
  std::vector<std::thread> threads;
  for (std::uint32_t t = 0; t < 4; ++t) {
    threads.emplace_back([this, t] {
      for (std::uint32_t i = 0; i < 2000; ++i) {
        const InodeNumber inode = file((i * 7 + t) % kFrames, i % kFilesPerFrame);
        filler_.was_read(image_->inode(inode).value(), 0);
        if (i % 3 == 0) filler_.kernel_forgot(inode);
        if (i % 5 == 0) known_.insert(inode);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  filler_.stop();
}

}  // namespace
}  // namespace zvfs
