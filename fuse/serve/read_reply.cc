#include "fuse/serve/read_reply.h"

namespace zvfs {
namespace {

iovec piece_of(ByteSpan bytes) {
  return {const_cast<std::byte*>(bytes.data()), bytes.size()};  // writev(2) only reads it
}

}  // namespace

ReadReply::ReadReply(std::vector<FileSlice> slices) : slices_(std::move(slices)) {
  if (slices_.size() > kMaxPieces) {
    join();
    return;
  }
  pieces_.reserve(slices_.size());
  for (const FileSlice& slice : slices_) pieces_.push_back(piece_of(slice.bytes));
}

std::size_t ReadReply::size() const {
  std::size_t size = 0;
  for (const iovec& piece : pieces_) size += piece.iov_len;
  return size;
}

void ReadReply::join() {
  std::size_t size = 0;
  for (const FileSlice& slice : slices_) size += slice.bytes.size();
  joined_.reserve(size);
  for (const FileSlice& slice : slices_) {
    joined_.insert(joined_.end(), slice.bytes.begin(), slice.bytes.end());
  }
  slices_.clear();
  pieces_.push_back(piece_of(joined_));
}

}  // namespace zvfs
