#include "zvfs/extract/output_tree.h"

#include <cerrno>
#include <fcntl.h>
#include <filesystem>
#include <sys/stat.h>
#include <unistd.h>
#include <vector>

#include "base/quoting.h"
#include "zvfs/extract/node_maker.h"

namespace zvfs {
namespace {

constexpr mode_t kModeToMake = 0700;
constexpr int kOpenFlags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;

}  // namespace

// --- References

DirectoryRef::DirectoryRef(const DirectoryRef& other) : directory_(other.directory_) {
  if (directory_ != nullptr) directory_->references.fetch_add(1, std::memory_order_relaxed);
}

DirectoryRef::~DirectoryRef() {
  if (directory_ != nullptr) OutputTree::release(directory_);
}

std::string OutputDirectory::path() const {
  std::vector<const OutputDirectory*> way;
  for (const OutputDirectory* at = this; at->parent; at = &*at->parent) way.push_back(at);
  std::string path;
  for (auto at = way.rbegin(); at != way.rend(); ++at) {
    if (!path.empty()) path += '/';
    path += (*at)->name;
  }
  return path;
}

std::string OutputName::path() const {
  std::string path = directory->path();
  if (!path.empty()) path += '/';
  return path + name;
}

// A loop, since recursive destructors could overflow the stack: a hostile image may nest
// directories very deeply.
void OutputTree::release(OutputDirectory* directory) {
  while (directory != nullptr &&
         directory->references.fetch_sub(1, std::memory_order_acq_rel) == 1) {
    const std::unique_ptr<OutputDirectory> done(directory);
    done->tree.finish(*done);
    directory = std::exchange(done->parent.directory_, nullptr);
  }
}

// --- The tree

OutputTree::OutputTree(const ExtractOptions& options, const AttributeRestorer& restorer,
                       ExtractReport& report)
    : options_(options),
      restorer_(restorer),
      report_(report),
      pool_(DescriptorPool::affordable_capacity()) {}
OutputTree::~OutputTree() = default;

Result<std::unique_ptr<OutputTree>> OutputTree::open(const ExtractOptions& options,
                                                     const AttributeRestorer& restorer,
                                                     ExtractReport& report) {
  std::unique_ptr<OutputTree> tree(new OutputTree(options, restorer, report));
  const char* const path = options.directory.c_str();
  if (::mkdir(path, 0777) == 0) {
    tree->top_is_ours_ = true;
  } else if (errno != EEXIST) {
    return fail_errno(errno, quote_name(options.directory));
  }
  // The user may name a symlink.
  UniqueFd fd(::open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!fd.is_open()) return fail_errno(errno, quote_name(options.directory));
  std::error_code error;
  if (std::filesystem::is_empty(path, error) && !error) tree->top_is_ours_ = true;
  tree->top_descriptor_ = std::make_shared<const UniqueFd>(std::move(fd));
  return tree;
}

DirectoryRef OutputTree::top() {
  DirectoryRef top(new OutputDirectory(*this, {}, {}, top_descriptor_));
  top->surroundings = ParentDefaults::of(top_descriptor_->get());
  return top;
}

void OutputTree::restore_top_as(const DirectoryRef& top, const Inode& inode) const {
  if (!top_is_ours_ && options_.existing == ExtractOptions::Existing::kKeep) return;
  top->attributes = inode;
}

Result<UniqueFd> OutputTree::make_or_open(int parent_fd, const std::string& name,
                                          bool& made) const {
  const auto make = [&] { return ::mkdirat(parent_fd, name.c_str(), kModeToMake) == 0; };
  const auto open = [&] { return UniqueFd(::openat(parent_fd, name.c_str(), kOpenFlags)); };
  made = make();
  if (!made && errno != EEXIST) return fail_errno(errno, "cannot create the directory");
  UniqueFd fd = open();
  const bool is_other = !fd.is_open() && (errno == ENOTDIR || errno == ELOOP);
  if (!made && is_other) {
    if (options_.existing == ExtractOptions::Existing::kKeep) return fail_existing();
    ZVFS_TRY(remove_node(parent_fd, name));
    made = make();
    fd = open();
  }
  if (!fd.is_open()) return fail_errno(errno, "cannot open the directory");
  return fd;
}

Result<DirectoryRef> OutputTree::make_directory(OutputName where, const Inode& inode) {
  const DescriptorPtr parent = ZVFS_TRY(descriptor(*where.directory));
  bool made = false;
  auto fd =
      std::make_shared<const UniqueFd>(ZVFS_TRY(make_or_open(parent->get(), where.name, made)));
  pool_.keep(fd);
  DirectoryRef directory(
      new OutputDirectory(*this, std::move(where.directory), std::move(where.name), fd));
  if (made) directory->made_in = directory->parent->surroundings;
  // A directory made in plain surroundings is plain itself.
  directory->surroundings =
      directory->made_in.are_plain ? directory->made_in : ParentDefaults::of(fd->get());
  if (made || options_.existing == ExtractOptions::Existing::kReplace) {
    directory->attributes = inode;
  }
  return directory;
}

Result<DescriptorPtr> OutputTree::descriptor(OutputDirectory& directory) {
  const auto opened = [](OutputDirectory& at) {
    const MutexLock lock(at.mutex);
    return at.descriptor.lock();
  };
  std::vector<OutputDirectory*> closed;
  OutputDirectory* at = &directory;
  DescriptorPtr fd = opened(*at);
  while (fd == nullptr) {  // the top is always open
    closed.push_back(at);
    at = &*at->parent;
    fd = opened(*at);
  }
  for (; !closed.empty(); closed.pop_back()) {
    at = closed.back();
    UniqueFd next(::openat(fd->get(), at->name.c_str(), kOpenFlags));
    if (!next.is_open()) return fail_errno(errno, "cannot reopen the directory");
    fd = std::make_shared<const UniqueFd>(std::move(next));
    pool_.keep(fd);
    const MutexLock lock(at->mutex);
    at->descriptor = fd;
  }
  return fd;
}

// Destructors of references end up here, so no exception may leave it.
void OutputTree::finish(OutputDirectory& directory) noexcept {
  if (!directory.attributes) return;
  try {
    restore_attributes(directory);
  } catch (...) {
    report_.abort(caught_error());
  }
}

void OutputTree::restore_attributes(OutputDirectory& directory) {
  const auto failed = [&](std::string_view what) {
    const std::string path = directory.path();
    report_.incomplete(path.empty() ? "." : path, what);
  };
  const auto fd = descriptor(directory);
  if (!fd) return failed(fd.error().message);
  restorer_.restore((*fd)->get(), *directory.attributes, directory.made_in, kModeToMake, failed);
}

}  // namespace zvfs
