// Writes a tar with Go's archive/tar to standard output, in the format that is named.
package main

import (
	"archive/tar"
	"os"
	"strings"
	"time"
)

func main() {
	format := map[string]tar.Format{"ustar": tar.FormatUSTAR, "gnu": tar.FormatGNU, "pax": tar.FormatPAX}[os.Args[1]]
	out := tar.NewWriter(os.Stdout)
	add := func(header tar.Header, content string) {
		header.Format = format
		header.Size = int64(len(content))
		if header.ModTime.IsZero() {
			header.ModTime = time.Unix(1600000000, 0)
		}
		for _, err := range []error{out.WriteHeader(&header), write(out, content)} {
			if err != nil {
				panic(err)
			}
		}
	}
	add(tar.Header{Typeflag: tar.TypeDir, Name: "./", Mode: 0755}, "")
	add(tar.Header{Typeflag: tar.TypeReg, Name: "file", Mode: 04755, Uid: 1000, Gid: 1001, Uname: "nobody-has-this"}, "go\n")
	add(tar.Header{Typeflag: tar.TypeLink, Name: "hard", Linkname: "file", Mode: 04755}, "")
	add(tar.Header{Typeflag: tar.TypeSymlink, Name: "soft", Linkname: "file", Mode: 0777}, "")
	add(tar.Header{Typeflag: tar.TypeChar, Name: "null", Mode: 0666, Devmajor: 1, Devminor: 3}, "")
	add(tar.Header{Typeflag: tar.TypeFifo, Name: "pipe", Mode: 0600}, "")
	if format != tar.FormatUSTAR {
		add(tar.Header{Typeflag: tar.TypeReg, Name: strings.Repeat("n", 200), Mode: 0644, Uid: 1 << 22, Gid: 1 << 31}, "long\n")
		add(tar.Header{Typeflag: tar.TypeSymlink, Name: "soft-long", Linkname: strings.Repeat("t", 200), Mode: 0777}, "")
	}
	if format == tar.FormatPAX {
		add(tar.Header{Typeflag: tar.TypeReg, Name: "\u00e4", Mode: 0644, ModTime: time.Unix(1600000000, 123456789),
			PAXRecords: map[string]string{"SCHILY.xattr.user.go": "v"}}, "pax\n")
	}
	if err := out.Close(); err != nil {
		panic(err)
	}
}

func write(out *tar.Writer, content string) error {
	if content == "" {
		return nil
	}
	_, err := out.Write([]byte(content))
	return err
}
