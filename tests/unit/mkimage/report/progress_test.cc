#include "mkimage/report/progress.h"

#include <gtest/gtest.h>

namespace zvfs {
namespace {

TEST(Progress, TellsWhatWasFound) {
  Progress progress;
  progress.files_found = 12;
  EXPECT_EQ(progress_text(progress, 1, 80), "12 files found");
}

TEST(Progress, ShowsWhatCameThroughAPipe) {
  Progress progress;
  progress.files_found = 5;
  progress.bytes_read = 3 << 20;
  progress.bytes_written = 1 << 20;
  EXPECT_EQ(progress_text(progress, 3, 80), "5 files, 3.0M read, 1.0M written, ratio 3.00  1.0M/s");
}

TEST(Progress, ShowsTheSearchForEqualFiles) {
  Progress progress;
  progress.files_found = 1000;
  progress.files_to_compare = 400;
  progress.files_compared = 100;
  EXPECT_EQ(progress_text(progress, 2, 80),
            "[====               ]  25%  1000 files found, looking for duplicates  0:06 left");
  progress.work_total = progress.work_done = 5;  // of reading an archive
  EXPECT_NE(progress_text(progress, 2, 80).find("looking for duplicates"), std::string::npos);
}

TEST(Progress, ShowsTheRatio) {
  Progress progress;
  progress.files_to_compare = progress.files_compared = 400;
  progress.work_total = 1000;
  progress.work_done = 500;
  EXPECT_EQ(progress_text(progress, 1, 60),
            "[==   ]  50%  0 read, 0 written, ratio 0.00  0/s  0:01 left");
  progress.bytes_read = 3 << 20;
  progress.bytes_written = 1 << 20;
  EXPECT_EQ(progress_text(progress, 3, 70),
            "[===   ]  50%  3.0M read, 1.0M written, ratio 3.00  1.0M/s  0:03 left");
}

}  // namespace
}  // namespace zvfs
