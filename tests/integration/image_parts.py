"""Where the parts of an image lie, read as docs/format.md says, for tests that change them."""
import hashlib
import struct

import crafted_image

HEADER_SIZE = 320
_FOOTER, _ENTRY, _SKIPPABLE_HEADER = 9, 12, 8
_COMPAT_DIGESTS = 2


class ImageParts:
    """Offsets of an image that begins at the begin of its file, and has digests."""

    def __init__(self, image):
        frames = struct.unpack_from("<I", image, len(image) - _FOOTER)[0]
        table_size = _SKIPPABLE_HEADER + frames * _ENTRY + _FOOTER
        index_size = struct.unpack_from("<I", image, len(image) - _FOOTER - _ENTRY)[0]
        self.header = len(image) - table_size - index_size + _SKIPPABLE_HEADER
        self.data_size = self.header - _SKIPPABLE_HEADER
        self.index_frames = struct.unpack_from("<I", image, self.header + 76)[0]
        self.directory = self.header + HEADER_SIZE
        self.first_index_frame = self.directory + 16 * self.index_frames
        digests = struct.unpack_from("<Q", image, self.header + 264)[0]
        self.index_digests = self.first_index_frame + digests
        self.data_frames = frames - 1
        self.coded_sizes = [entry[0] for entry in
                            struct.iter_unpack("<III", image[-_FOOTER - frames * _ENTRY:-_FOOTER])]
        assert image[self.header:self.header + 8] == b"ZVFSINDX"
        assert struct.unpack_from("<I", image, self.header + 12)[0] & _COMPAT_DIGESTS

    def data_frame(self, number):
        """Where a data frame begins, and its size."""
        return sum(self.coded_sizes[:number]), self.coded_sizes[number]

    def root(self, image):
        """The root digest, as text."""
        frames = self.index_frames
        hashed = (image[self.header:self.directory + 16 * frames] +
                  image[self.index_digests:self.index_digests + 32 * frames])
        return "sha256:" + hashlib.sha256(hashed).hexdigest()


def sum_header_anew(image, header):
    """Makes the checksum of the header right, which begins there in a bytearray."""
    body = bytes(image[header:header + HEADER_SIZE - 8])
    image[header + HEADER_SIZE - 8:header + HEADER_SIZE] = struct.pack("<Q", crafted_image.xxh64(body))
