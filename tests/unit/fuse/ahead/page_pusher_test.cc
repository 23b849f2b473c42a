// The part of the page filler that runs on the threads that answer requests.
#include <future>
#include <thread>

#include <gtest/gtest.h>

#include "fuse/ahead/page_filler.h"
#include "tests/support/image_forge.h"

namespace zvfs {
namespace {

constexpr std::uint32_t kFrameSize = 8192;
constexpr std::uint32_t kFrames = 3;
constexpr InodeNumber kFile{2};

// A root with one file of kFrames frames.
ByteVector large_file_image() {
  testing::ImageForge forge;
  const InodeRecord root = forge.inode(1);
  InodeRecord file = forge.inode(2);
  file.size = file.allocated = kFrames * kFrameSize;
  file.data = 0;
  file.count = 0;
  forge.inodes = {root, file};
  forge.inode(1).data = 0;
  forge.inode(1).count = 1;
  forge.dentries = {{forge.add_string("file"), kFile.value, 4, FileType::kRegular}};
  forge.extents.clear();
  forge.frame_bound = kFrameSize;
  forge.frames.clear();
  forge.first_files = {0};
  for (std::uint32_t i = 0; i < kFrames; ++i) {
    forge.frames.push_back({testing::text_bytes(kFrameSize, i), std::nullopt, std::nullopt});
    forge.first_files.push_back(1);
  }
  forge.frame_files = {kFile.value};
  return forge.build();
}

// A thread that answers requests: it runs the given functions, one after another.
class Worker {
 public:
  Worker() {
    thread_ = std::thread([this] {
      for (;;) {
        std::packaged_task<void()> task = next();
        if (!task.valid()) return;
        task();
      }
    });
  }
  ~Worker() {
    post({});
    thread_.join();
  }
  std::future<void> run(std::function<void()> work) {
    std::packaged_task<void()> task(std::move(work));
    std::future<void> done = task.get_future();
    post(std::move(task));
    return done;
  }

 private:
  void post(std::packaged_task<void()> task) {
    MutexLock lock(mutex_);
    tasks_.push_back(std::move(task));
    wake_.notify_one();
  }
  std::packaged_task<void()> next() {
    MutexLock lock(mutex_);
    while (tasks_.empty()) wake_.wait(mutex_);
    std::packaged_task<void()> task = std::move(tasks_.front());
    tasks_.pop_front();
    return task;
  }

  Mutex mutex_;
  CondVar wake_;
  std::deque<std::packaged_task<void()>> tasks_ ZVFS_GUARDED_BY(mutex_);
  std::thread thread_;
};

// A filler whose stores wait, as the kernel's do for a page that is being read.
class PagePusherTest : public ::testing::Test {
 protected:
  PagePusherTest()
      : image_(Image::open(std::make_unique<MemorySource>(large_file_image()), {}).value()),
        known_(inode_count(image_->header())),
        filler_(
            *image_, known_,
            [this](InodeNumber, std::uint64_t, ByteSpan content) {
              EXPECT_EQ(content.size(), kFrameSize);
              ++storing_;
              released_.wait();
              return 0;
            },
            [] { return false; }) {}

  void read_once(std::uint32_t frame) {
    filler_.was_read_at_random(image_->inode(kFile).value(), frame * kFrameSize + 5);
  }
  void read(std::uint32_t frame) {
    read_once(frame);
    read_once(frame);
  }
  void wait_until_storing(int count) {
    while (storing_ < count) std::this_thread::yield();
  }

  std::unique_ptr<Image> image_;
  InodeSet known_;
  std::promise<void> release_;
  std::shared_future<void> released_ = release_.get_future().share();
  std::atomic<int> storing_ = 0;
  PageFiller filler_;
  Worker first_, second_, third_;
};

TEST_F(PagePusherTest, PushesWhatIsReadASecondTime) {
  release_.set_value();
  first_.run([this] { read_once(0); }).get();  // two threads that answer are known from here on
  second_.run([this] { read_once(1); }).get();
  first_.run([this] { read_once(2); }).get();
  EXPECT_EQ(storing_, 0);
  second_.run([this] { read_once(1); }).get();
  EXPECT_EQ(storing_, 1);
  second_.run([this] { read_once(1); }).get();  // another reader missed it at the same time
  EXPECT_EQ(storing_, 1);
}

TEST_F(PagePusherTest, OneThreadAlwaysStaysFree) {
  first_.run([this] { read(0); }).get();  // the only one that is known
  EXPECT_EQ(storing_, 0);
  const auto pushing = second_.run([this] { read(0); });
  wait_until_storing(1);
  first_.run([this] { read(1); }).get();
  const auto pushing_too = third_.run([this] { read(2); });
  wait_until_storing(2);
  first_.run([this] { read(1); }).get();
  EXPECT_EQ(storing_, 2);
  release_.set_value();
  pushing.wait();
  pushing_too.wait();
  EXPECT_EQ(filler_.stats().pushes, 2U);
  EXPECT_EQ(filler_.stats().dropped, 6U);
}

TEST_F(PagePusherTest, StopWaitsForThoseThatPush) {
  first_.run([this] { read(0); }).get();
  const auto pushing = second_.run([this] { read(0); });
  wait_until_storing(1);
  auto stopping = std::async(std::launch::async, [this] { filler_.stop(); });
  EXPECT_EQ(stopping.wait_for(std::chrono::milliseconds(50)), std::future_status::timeout);
  release_.set_value();
  stopping.get();
  pushing.wait();
  first_.run([this] { read(1); }).get();
  second_.run([this] { read(2); }).get();
  EXPECT_EQ(storing_, 1);
}

}  // namespace
}  // namespace zvfs
