"""The archives of the corpus: of which source each is made, by which command, and what extracts it.

Commands run in the source tree and write $OUT. References extract $IN into the working directory.
$TMP is for anything else, $HERE this directory, $STAR the program star.
"""
import handmade
import sources

GNU_TAR = ("tar -xpf $IN --numeric-owner --same-owner --xattrs --xattrs-include='*' --acls "
           "--warning=none")
BSDTAR = "bsdtar -xpf $IN --numeric-owner --same-owner --acls --xattrs"
CPIO = "cpio -idm --quiet < $IN"
UNZIP = "unzip -q -X -K $IN"
SEVEN = "7z x $IN > /dev/null"
DEB = "dpkg-deb --fsys-tarfile $IN | tar -xp --numeric-owner"
ISO = "xorriso -osirrox on -indev stdio:$IN -extract / . 2> $TMP/said || { cat $TMP/said; false; }"
# It restores neither hard links nor the owners of symlinks.
ISO_LOSES = ("dir/sub/hard-link", "hard-link", "text", "symlink")

FIRST_UNICODE_NAME = '"Ordner-\\303\\266"'


class Case:
    """How one archive is made, and its tree.

    `implied` names directories that are in the tree but not in the archive, and the member from
    which the image takes their owner and time. `edits` are fields in which the image differs from
    what the reference extracts: README.md says why. Of `as_source` all but the mode is as it was in
    the source, since the reference does not restore it."""

    def __init__(self, source, command, reference=GNU_TAR, implied=(), edits=(), as_source=()):
        self.source, self.command, self.reference = source, command, reference
        self.implied, self.edits, self.as_source = dict(implied), dict(edits), as_source


CASES = {}


def case(path, *arguments, **options):
    CASES[path] = Case(*arguments, **options)


def gnu_tar():
    def tar(name, source, options, **more):
        case(f"gnu_tar/{name}", source,
             f"tar --sort=name --numeric-owner -cf $OUT {options} .", **more)
    tar("v7.tar", sources.owned, "--format=v7")
    tar("ustar.tar", sources.special, "--format=ustar")
    tar("ustar_split_names.tar", sources.split_names, "--format=ustar")
    for form in ("oldgnu", "gnu", "pax"):
        tar(f"{form}.tar", sources.special, f"--format={form}")
        tar(f"{form}_long_names.tar", sources.long_names, f"--format={form}")
    for form in ("oldgnu", "gnu"):
        tar(f"{form}_sparse.tar", sources.sparse, f"--format={form} -S")
    for version in ("0.0", "0.1", "1.0"):
        tar(f"pax_sparse_{version}.tar", sources.sparse,
            f"--format=pax -S --sparse-version={version}")
    for form in ("gnu", "pax"):
        tar(f"{form}_odd_names.tar", sources.odd_names, f"--format={form}")
        tar(f"{form}_big_numbers.tar", sources.big_numbers, f"--format={form}")
        tar(f"{form}_label.tar", sources.links, f"--format={form} -V 'a label'")
    tar("pax_times.tar", sources.times, "--format=pax")
    tar("pax_xattrs.tar", sources.xattrs, "--format=pax --xattrs --xattrs-include='*' --acls")
    tar("pax_global.tar", sources.links, "--format=pax --pax-option=comment=all,mtime=1234567.5")
    for option, suffix in (("-J", "xz"), ("-j", "bz2"), ("--zstd", "zst"), ("--lzip", "lz")):
        tar(f"pax.tar.{suffix}", sources.links, f"--format=pax {option}")
    tar("absolute.tar", sources.links, "--format=gnu -P --transform=s,^\\\\./,/abs/,",
        implied={"abs": "abs/block"})
    case("gnu_tar/no_directories.tar", sources.links,
         "find . -type f -o -type l | sort | tar --no-recursion --numeric-owner -cf $OUT -T -",
         implied={".": "block", "dir": "dir/program", "dir/sub": "dir/sub/dangling"})
    case("gnu_tar/appended.tar", sources.links,
         "tar --sort=name -cf $OUT .; echo newer > text; touch -d @1700000000 text; "
         "tar -rf $OUT ./text; mkdir more; echo 1 > more/1; touch -d @1700000001 more/1 more; "
         "tar -cf $TMP/more.tar ./more; tar -Af $OUT $TMP/more.tar")


def gnu_tar_incremental():
    for form in ("gnu", "pax"):
        dump = f"tar --format={form} --numeric-owner -g $TMP/snapshot"
        case(f"gnu_tar/{form}_incremental_0.tar", sources.links, f"{dump} -cf $OUT .")
        case(f"gnu_tar/{form}_incremental_1.tar", sources.links,
             f"{dump} -cf /dev/null .; sleep 1; mv dir/sub dir/moved; rm odd; echo more > dir/new; "
             f"touch -d @1700000000 dir/new dir .; {dump} -cf $OUT .")


def gnu_tar_volumes():
    case("gnu_tar/only_volume.tar", sources.links,
         "tar --sort=name --numeric-owner --format=gnu -M -L 1000 -V vol -cf $OUT .")
    # Two volumes, of which the second has file b from byte 4,096 on, and file c.
    split = ("for f in a b c; do printf $f%.0s {{1..5000}} > $f; done; touch -d @1600000000 a b c; "
             "tar --format={} --numeric-owner -b 2 -cM -L {} -f $TMP/first -f $OUT a b c")
    # What GNU tar does not extract; its header has neither mode nor time.
    rest = "printf b%.0s {1..904} > b; chmod 0 b; touch -d @0 b"
    case("gnu_tar/gnu_second_volume.tar", None, split.format("gnu", 10),
         f"{GNU_TAR} || [ $? = 2 ]; {rest}", implied={".": "b"})
    case("gnu_tar/pax_second_volume.tar", None, split.format("pax", 12),
         implied={"GNUFileParts": "GNUFileParts/b.2", ".": "GNUFileParts/b.2"})


def bsdtar():
    def bsd(name, source, options, reference=GNU_TAR, **more):
        case(f"bsdtar/{name}", source, f"bsdtar -cf $OUT --numeric-owner {options} .", reference,
             **more)
    bsd("v7.tar", sources.owned, "--format=v7")
    bsd("ustar.tar", sources.special, "--format=ustar")
    bsd("ustar_split_names.tar", sources.split_names, "--format=ustar")
    for name, form in (("gnutar", "gnutar"), ("pax", "pax"), ("restricted_pax", "rpax")):
        bsd(f"{name}.tar", sources.special, f"--format={form}")
        bsd(f"{name}_long_names.tar", sources.long_names, f"--format={form}")
    bsd("pax_odd_names.tar", sources.odd_names, "--format=pax")
    bsd("pax_times.tar", sources.times, "--format=pax")
    bsd("pax_xattrs.tar", sources.xattrs, "--format=pax --xattrs --acls")
    bsd("pax_sparse.tar", sources.sparse, "--format=pax --read-sparse")
    bsd("cpio_newc.cpio", sources.special, "--format=newc", CPIO)
    bsd("cpio_odc.cpio", sources.special, "--format=odc", CPIO)
    bsd("cpio_bin.cpio", sources.owned, "--format=bin", CPIO)
    bsd("deflated.zip", sources.owned, "--format=zip", UNZIP)
    bsd("stored.zip", sources.owned, "--format=zip --options=compression=store", UNZIP)
    bsd("zip64.zip", sources.unicode_names, "--format=zip --options=zip64", UNZIP)
    bsd("lzma2.7z", sources.basic, "--format=7zip", SEVEN)
    bsd("stored.7z", sources.unicode_names, "--format=7zip --options=compression=store", SEVEN)
    bsd("rock_ridge.iso", sources.owned, "--format=iso9660", ISO, as_source=ISO_LOSES,
        edits={".": {"mtime": "?", "mode": "0555"}})
    bsd("xar.xar", sources.owned, "--format=xar", BSDTAR, implied={".": "sticky"})


def cpio():
    others = {"tar": sources.links, "hpbin": sources.owned, "hpodc": sources.owned}
    for form in ("bin", "odc", "newc", "crc", "hpbin", "hpodc", "tar", "ustar"):
        case(f"cpio/{form}.cpio", others.get(form, sources.special),
             f"find . | LC_ALL=C sort | cpio -o -H {form} --quiet > $OUT",
             GNU_TAR if "tar" in form else CPIO)
    # As Debian's initrd: microcode, which the kernel wants uncompressed, and all else.
    make_early = ("mkdir -p $TMP/early/kernel; cd $TMP/early; echo microcode > kernel/u; "
                  "touch -d @1700000000 kernel/u kernel; ")
    case("cpio/initrd.cpio", sources.links,
         f"({make_early} find kernel | sort | cpio -o -H newc --quiet) > $OUT; "
         "find . | LC_ALL=C sort | cpio -o -H newc --quiet | gzip -n >> $OUT",
         "cpio -idm --quiet < $IN; "
         "begin=$(LC_ALL=C grep -obUaP '\\x1f\\x8b\\x08' $IN | head -1 | cut -d: -f1); "
         "tail -c +$((begin + 1)) $IN | zcat | cpio -idmu --quiet; touch -d @1700000000 kernel")


def info_zip():
    case("zip/deflated.zip", sources.owned, "zip -q -X -y -r $OUT .", UNZIP, {".": "sticky"})
    case("zip/with_extra_fields.zip", sources.owned, "zip -q -y -r $OUT .", UNZIP, {".": "sticky"})
    case("zip/streamed.zip", sources.basic, "zip -q -y -r - . | cat > $OUT", UNZIP,
         {".": "symlink"})
    case("zip/unicode_names.zip", sources.unicode_names, "zip -q -y -r $OUT .", UNZIP,
         {".": FIRST_UNICODE_NAME})
    case("zip/self_extracting.zip", sources.basic,
         "zip -q -y -r $TMP/plain.zip .; printf '#!/bin/sh\\nexit 0\\n' | cat - $TMP/plain.zip > $OUT; "
         "zip -q -A $OUT", UNZIP, {".": "symlink"})


def seven_zip():
    def seven(name, source, options, reference, first):
        case(f"7zip/{name}", source, f"7z a -snl {options} $OUT . > /dev/null", reference, {".": first})
    seven("basic.tar", sources.basic, "-ttar", GNU_TAR, "block")
    seven("basic.zip", sources.basic, "-tzip", SEVEN, "block")
    seven("basic.7z", sources.basic, "-t7z", SEVEN, "dir")
    seven("ppmd.7z", sources.basic, "-t7z -m0=PPMd", SEVEN, "dir")
    seven("solid_unicode.7z", sources.unicode_names, "-t7z -ms=on", SEVEN, FIRST_UNICODE_NAME)
    seven("unicode_names.tar", sources.unicode_names, "-ttar", GNU_TAR, FIRST_UNICODE_NAME)


def genisoimage():
    def iso(name, source, options, reference=ISO, **more):
        case(f"genisoimage/{name}.iso", source, f"genisoimage -quiet {options} -no-pad -o $OUT .",
             reference, **more)
    iso("rock_ridge", sources.owned, "-R", as_source=ISO_LOSES)
    iso("rationalized", sources.owned, "-r -J", as_source=ISO_LOSES[:3],
        edits={".": {"mode": "0555"}})
    iso("joliet", sources.unicode_names, "-J -input-charset utf-8", BSDTAR)


def python_tarfile():
    def python(name, source, form, more=""):
        case(f"python/{name}.tar", source,
             f"python3 -c \"import tarfile; tar = tarfile.open('$OUT', 'w', "
             f"format=tarfile.{form}_FORMAT{more}); tar.add('.'); tar.close()\"")
    python("ustar", sources.special, "USTAR")
    for form in ("gnu", "pax"):
        python(form, sources.special, form.upper())
        python(f"{form}_long_names", sources.long_names, form.upper())
        python(f"{form}_odd_names", sources.odd_names, form.upper())
    python("gnu_big_numbers", sources.big_numbers, "GNU")
    python("pax_times", sources.times, "PAX")
    python("pax_global", sources.links, "PAX", ", pax_headers={'comment': 'all', 'gname': 'none'}")


def star():
    def made(name, source, options):
        case(f"star/{name}.tar", source,
             f"${{STAR:-star}} -c -silent -numeric {options} f=$OUT . 2> /dev/null")
    made("tar", sources.links, "H=tar")
    for form in ("star", "gnutar", "ustar", "pax", "xstar", "xustar", "exustar", "suntar"):
        made(form, sources.special, f"H={form}")
    for form in ("xstar", "xustar", "exustar"):
        made(f"{form}_long_names", sources.long_names, f"H={form}")
        made(f"{form}_times", sources.times_from_1970, f"H={form}")
    for form in ("xstar", "exustar"):
        made(f"{form}_sparse", sources.sparse, f"-sparse H={form}")
    made("exustar_acls", sources.acls, "-acl H=exustar")
    made("exustar_xattrs", sources.xattrs, "-acl -xfflags -xattr-linux H=exustar")
    made("exustar_dump", sources.links, "-link-dirs -xmeta -dump H=exustar")


def other_programs():
    case("busybox/tar.tar", sources.special, "busybox tar -cf $OUT .")
    case("busybox/long_names.tar", sources.long_names, "busybox tar -cf $OUT .")
    for form, source in (("ustar", sources.special), ("tar", sources.links)):
        case(f"pax/{form}.tar", source, f"pax -w -x {form} -f $OUT .")
    for form in ("cpio", "sv4cpio", "sv4crc", "bcpio"):
        case(f"pax/{form}.cpio", sources.special, f"pax -w -x {form} -f $OUT .", CPIO)
    case("perl/archive_tar.tar", sources.links,
         "perl -MArchive::Tar -MFile::Find -e 'my @all; my $tar = Archive::Tar->new; "
         "find({no_chdir => 1, wanted => sub { push @all, $_ }}, \".\"); "
         "$tar->add_files(sort @all); $tar->write($ENV{OUT})'")
    case("tarlz/tarlz.tar", sources.special, "tarlz -q --uncompressed -cf $OUT .")
    case("tarlz/tarlz.tar.lz", sources.links, "tarlz -q -cf $OUT .")
    for form in ("ustar", "gnu", "pax"):
        case(f"go/{form}.tar", None, f"go run $HERE/go_tar.go {form} > $OUT")


def git():
    commit = ("git init -q $TMP/g; cp -a . $TMP/g; cd $TMP/g; git add .; "
              "export GIT_COMMITTER_DATE='1600000000 +0000' GIT_AUTHOR_DATE='1600000000 +0000'; "
              "git -c user.name=n -c user.email=e@example.org commit -qm m; ")
    case("git/archive.tar", sources.basic, f"{commit} git archive -o $OUT HEAD",
         implied={".": "block"})
    case("git/prefix.tar", sources.basic, f"{commit} git archive --prefix=p-1.0/ -o $OUT HEAD",
         implied={".": "p-1.0"})
    case("git/archive.zip", sources.basic, f"{commit} git archive -o $OUT HEAD", BSDTAR,
         {".": "block"})


def packages():
    for kind in ("none", "gzip", "xz", "zstd"):
        case(f"dpkg/{kind}.deb", sources.debian, "export SOURCE_DATE_EPOCH=1600000000; "
             f"dpkg-deb -Z{kind} --root-owner-group -b . $OUT > /dev/null", DEB,
             # GNU tar does not set it, since dpkg-deb has all symlinks at the end.
             edits={"usr/bin": {"mtime": "1600000000.000000000"}})
    case("ar/gnu.a", None, "echo one > short; echo two > a-name-longer-than-sixteen-bytes; "
         "chmod 600 short; touch -d @1600000000 *; ar -rcU $OUT short a-name* 2> /dev/null",
         "ar -xo $IN", {".": "short"})


def container_images():
    repack = "umoci repack --refresh-bundle --image l:v b 2> /dev/null; "
    first = ("cd $TMP; umoci init --layout l; umoci new --image l:v; "
             f"umoci unpack --image l:v b 2> /dev/null; cp -a source/. b/rootfs; {repack}")
    second = ("rm -r b/rootfs/dir/sub b/rootfs/odd; echo new > b/rootfs/text; "
              f"touch -d @1700000000 b/rootfs/text b/rootfs/dir b/rootfs; {repack}")
    take = ("blob=$(skopeo inspect --raw oci:l:v | python3 -c "
            "\"import json, sys; print(json.load(sys.stdin)['layers'][-1]['digest'][7:])\"); "
            "zcat l/blobs/sha256/$blob > $OUT")
    case("oci/first_layer.tar", sources.owned, first + take)
    case("oci/second_layer.tar", sources.owned, first + second + take)
    # All members are of the epoch; a directory is implied.
    case("oci/docker_archive.tar", sources.basic,
         first + "skopeo copy -q --insecure-policy oci:l:v docker-archive:$OUT:name:tag",
         f"{GNU_TAR}; touch -d @0 */ .")


def hand_made():
    def made(name, **more):
        case(f"handmade/{name}.tar", None, getattr(handmade, name), **more)
    for name in ("v7_unix", "signed_checksum", "full_fields", "base_256", "contiguous",
                 "unknown_type", "directory_size", "pax_size_of_directory", "pax_records",
                 "pax_times", "pax_nul_padding", "pax_binary_names", "gnu_before_pax",
                 "gnu_long_both", "link_size_without_data", "one_zero_block", "no_end",
                 "garbage_after_end", "solaris_acl"):
        made(name)
    made("ustar_prefix", implied={"p" * 155: "p" * 155 + "/" + "r" * 100})
    made("go_like", implied={"etc": "etc/x"})
    made("pax_global_path", implied={".": "global.txt"})
    for name in ("pax_global_alone", "empty"):
        made(name, edits={".": {"mtime": "?"}})
    of_root = {".": {"mtime": "1600000000.000000000"}}  # which bsdtar does not set
    for name in ("linked_with_data", "pax_empty_value", "pax_xattrs"):
        made(name, reference=BSDTAR, edits=of_root)
    made("slash_and_data", reference=f"{BSDTAR} 2> /dev/null || true", edits=of_root)
    made("pax_device", edits={"nvme": {"dev": "259:1048575"}})
    rest = "printf 'c%.0s' {1..400} > cut; touch -d @1600000000 cut"
    made("gnu_volume_member", reference=f"{GNU_TAR} || [ $? = 2 ]; {rest}", implied={".": "cut"})


for makers in (gnu_tar, gnu_tar_incremental, gnu_tar_volumes, bsdtar, cpio, info_zip, seven_zip,
               genisoimage, python_tarfile, star, other_programs, git, packages, container_images,
               hand_made):
    makers()
