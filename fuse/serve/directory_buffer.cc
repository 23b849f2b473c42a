#include "fuse/serve/directory_buffer.h"

#include <array>
#include <cstring>

namespace zvfs {
namespace {

// libfuse needs names that end with a NUL.
class TerminatedName {
 public:
  explicit TerminatedName(std::string_view name) {
    const std::size_t length = name.copy(text_.data(), kMaxNameLength);
    text_[length] = '\0';
  }
  [[nodiscard]] const char* c_str() const { return text_.data(); }

 private:
  std::array<char, kMaxNameLength + 1> text_;
};

}  // namespace

// libfuse writes an entry only if it fits, but always returns its size.
bool DirectoryBuffer::grow(std::size_t entry_size) {
  if (entry_size > size_ - used_) return false;
  used_ += entry_size;
  return true;
}

bool DirectoryBuffer::add(const Dentry& entry, off_t next) {
  struct stat attributes = {};
  attributes.st_ino = entry.inode.value;
  attributes.st_mode = static_cast<mode_t>(entry.type) << 12;
  return grow(fuse_add_direntry(nullptr, data_.get() + used_, size_ - used_,
                                TerminatedName(entry.name).c_str(), &attributes, next));
}

bool DirectoryBuffer::add_with_attributes(std::string_view name, const fuse_entry_param& attributes,
                                          off_t next) {
  return grow(fuse_add_direntry_plus(nullptr, data_.get() + used_, size_ - used_,
                                     TerminatedName(name).c_str(), &attributes, next));
}

}  // namespace zvfs
