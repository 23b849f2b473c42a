#include "mkimage/mkimage_program.h"

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tests/support/scratch_directory.h"

namespace zvfs {
namespace {

using testing::read_file;
using testing::ScratchDirectory;

struct Outcome {
  MkimageStatus status;
  std::string out;
  std::string err;
};

Outcome run(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), "mkimage");
  std::vector<char*> argv;
  for (std::string& argument : arguments) argv.push_back(argument.data());
  ::testing::internal::CaptureStdout();
  ::testing::internal::CaptureStderr();
  const MkimageStatus status = run_mkimage(argv);
  return {status, ::testing::internal::GetCapturedStdout(),
          ::testing::internal::GetCapturedStderr()};
}

// A directory with one file, and a place for images.
struct Source : ScratchDirectory {
  Source() { write("source/file", "content"); }

  const std::string source = *this / "source";
  const std::string image = *this / "image.tar.zst";
};

TEST(MkimageProgram, MakesAnImage) {
  const Source source;
  const Outcome outcome = run({source.source, source.image});
  EXPECT_EQ(outcome.status, MkimageStatus::kDone);
  EXPECT_EQ(outcome.out, "");
  EXPECT_TRUE(outcome.err.starts_with("1 file, 1 directory\n")) << outcome.err;
  EXPECT_TRUE(std::filesystem::exists(source.image));
}

TEST(MkimageProgram, PrintsNothingWhenQuiet) {
  const Source source;
  const Outcome outcome = run({"-q", source.source, source.image});
  EXPECT_EQ(outcome.status, MkimageStatus::kDone);
  EXPECT_EQ(outcome.out + outcome.err, "");
}

TEST(MkimageProgram, PrintsNames) {
  const Source source;
  const Outcome outcome = run({"-v", source.source, source.image});
  EXPECT_EQ(outcome.status, MkimageStatus::kDone);
  EXPECT_EQ(outcome.out, "./\nfile\n");
}

TEST(MkimageProgram, FailsForWrongUsage) {
  const Outcome outcome = run({"--bad"});
  EXPECT_EQ(outcome.status, MkimageStatus::kFailed);
  EXPECT_EQ(outcome.out, "");
  EXPECT_EQ(outcome.err,
            "mkimage: The following argument was not expected: --bad\n"
            "mkimage: see `mkimage --help`\n");
}

TEST(MkimageProgram, AnswersQuestions) {
  const Outcome outcome = run({"--version"});
  EXPECT_EQ(outcome.status, MkimageStatus::kDone);
  EXPECT_TRUE(outcome.out.starts_with("mkimage (zvfs) ")) << outcome.out;
  EXPECT_EQ(run({"--help"}).status, MkimageStatus::kDone);
}

TEST(MkimageProgram, TellsWhyThereIsNoImage) {
  const Source source;
  const Outcome outcome = run({source / "missing", source.image});
  EXPECT_EQ(outcome.status, MkimageStatus::kFailed);
  EXPECT_EQ(outcome.err,
            "mkimage: " + (source / "missing").string() + ": No such file or directory\n");
  EXPECT_FALSE(std::filesystem::exists(source.image));
}

TEST(MkimageProgram, WarnsOfANameThatPromisesAnotherFormat) {
  const Source source;
  const std::string image = source / "image.tgz";
  const Outcome outcome = run({"-q", source.source, image});
  EXPECT_EQ(outcome.status, MkimageStatus::kDone);
  EXPECT_EQ(outcome.err,
            "mkimage: " + image + ": the name suggests gzip, but the image is a .tar.zst\n");
}

TEST(MkimageProgram, ReportsItsExitStatus) {
  const Source source;
  const std::string json = source / "report.json";
  EXPECT_EQ(run({"--json", json, source.source, source.image}).status, MkimageStatus::kDone);
  EXPECT_NE(read_file(json).find("\"exit_status\": 0"), std::string::npos) << read_file(json);
  EXPECT_EQ(run({"--json", json, source.source, source.image}).status, MkimageStatus::kFailed);
  EXPECT_NE(read_file(json).find("\"exit_status\": 2"), std::string::npos) << read_file(json);
}

TEST(MkimageProgram, OpensTheReportBeforeItBuilds) {
  const Source source;
  const std::string json = source / "missing/report.json";
  const Outcome outcome = run({"--json", json, source.source, source.image});
  EXPECT_EQ(outcome.status, MkimageStatus::kFailed);
  EXPECT_EQ(outcome.err, "mkimage: " + json + ": No such file or directory\n");
  EXPECT_FALSE(std::filesystem::exists(source.image));
}

}  // namespace
}  // namespace zvfs
