package dev.cistern.img;

import java.util.List;
import java.util.stream.Stream;

/** Command lines that are run with qemu-img and with us, in groups that share their images. */
final class CommandLines {
    private CommandLines() {}

    /**
     * Lines that are run in turn.
     *
     * @param before lines of qemu-img that make the images, or of {@code qemu-io}, or of {@code
     *     ours}, for what qemu-img needs seconds for, or fails at under load
     * @param images that must be the same afterwards
     */
    record Scene(String name, List<String> before, List<String> lines, List<String> images) {
        @Override
        public String toString() {
            return name;
        }
    }

    private static final List<Scene> OF_IMAGES =
            List.of(
                    new Scene(
                            "no command",
                            List.of(),
                            List.of(
                                    "",
                                    "foo",
                                    "--foo",
                                    "-z",
                                    "create",
                                    "info",
                                    "check",
                                    "map",
                                    "resize",
                                    "snapshot"),
                            List.of()),
                    new Scene(
                            "info",
                            List.of(
                                    "create -q -f qcow2 a.qcow2 1G",
                                    "create -q -f qcow2 -o compat=0.10 v2.qcow2 1M",
                                    "create -q r.raw 1M",
                                    "create -q -f qcow2 b.qcow2 1M",
                                    "bitmap --add b.qcow2 nightly",
                                    "bitmap --add --disable -g 128k b.qcow2 weekly",
                                    "snapshot -c s1 v2.qcow2",
                                    "snapshot -c 'snap two' v2.qcow2"),
                            List.of(
                                    "info a.qcow2",
                                    "info --output=json a.qcow2",
                                    "info --output=human v2.qcow2",
                                    "info --output json v2.qcow2",
                                    "info b.qcow2",
                                    "info --output=json b.qcow2",
                                    "info r.raw",
                                    "info --output=json r.raw",
                                    "info --out=json --backing r.raw",
                                    "info -U a.qcow2",
                                    "info --force-share a.qcow2",
                                    "info -f raw a.qcow2",
                                    "info --format=qcow2 a.qcow2",
                                    "info file:a.qcow2",
                                    "info ./a.qcow2",
                                    "info --image-opts driver=qcow2,file.filename=a.qcow2",
                                    "info --image-opts driver=qcow2,file.driver=file,file.filename=a.qcow2"),
                            List.of()),
                    new Scene(
                            "info, refused",
                            List.of("create -q -f qcow2 a.qcow2 1G", "create -q r.raw 1M"),
                            List.of(
                                    "info",
                                    "info a b",
                                    "info missing",
                                    "info missing/file",
                                    "info r.raw/file",
                                    "info -f qcow2 r.raw",
                                    "info -f nope r.raw",
                                    "info --output=foo a.qcow2",
                                    "info --output",
                                    "info --o=json a.qcow2",
                                    "info --backing-chain=yes a.qcow2",
                                    "info .",
                                    "info ''",
                                    "info foo:bar",
                                    "info --image-opts filename=a.qcow2",
                                    "info --image-opts foo=bar",
                                    "info --image-opts driver=qcow2",
                                    "info --image-opts -f qcow2 driver=qcow2",
                                    "info --image-opts driver=qcow2,file.filename=missing",
                                    "info --image-opts driver=qcow2,file.filename=a.qcow2,foo=bar"),
                            List.of()),
                    new Scene(
                            "check",
                            List.of(
                                    "create -q -f qcow2 a.qcow2 1M",
                                    "create -q -f qcow2 empty.qcow2 1M",
                                    "create -q r.raw 1M",
                                    "qemu-io -c 'write 64k 128k' -c 'write -z 256k 64k' -c 'write -c 512k 64k' a.qcow2"),
                            List.of(
                                    "check a.qcow2",
                                    "check --output=json a.qcow2",
                                    "check empty.qcow2",
                                    "check --output=json empty.qcow2",
                                    "check -q a.qcow2",
                                    "check -r leaks a.qcow2",
                                    "check --repair=all a.qcow2",
                                    "check -U a.qcow2",
                                    "check r.raw",
                                    "check --output=json r.raw",
                                    "check -f raw a.qcow2",
                                    "check missing",
                                    "check -r a.qcow2",
                                    "check -r foo a.qcow2",
                                    "check -r all -U a.qcow2",
                                    "check a b",
                                    "check -T foo a.qcow2",
                                    "check -T none a.qcow2"),
                            List.of("a.qcow2")),
                    new Scene(
                            "map",
                            List.of(
                                    "create -q -f qcow2 a.qcow2 1M",
                                    "create -q -f qcow2 -b a.qcow2 -F qcow2 b.qcow2 2M",
                                    "create -q -f qcow2 c.qcow2 1M",
                                    "qemu-io -c 'write 64k 128k' -c 'write -z 256k 64k' a.qcow2",
                                    "qemu-io -c 'write 512k 64k' b.qcow2",
                                    "qemu-io -c 'write -c 512k 64k' c.qcow2"),
                            List.of(
                                    "map a.qcow2",
                                    "map --output=json a.qcow2",
                                    "map b.qcow2",
                                    "map --output=json b.qcow2",
                                    "map -U --output=json b.qcow2",
                                    "map -f qcow2 b.qcow2",
                                    "map --start-offset=100k --max-length=200k --output=json b.qcow2",
                                    "map --start-offset=100k --max-length=200k b.qcow2",
                                    "map -s 1k -l 1.5M b.qcow2",
                                    "map --start-offset=3M a.qcow2",
                                    "map --start-offset 10G --output=json a.qcow2",
                                    "map --start-offset=1M --output=json a.qcow2",
                                    "map --start-offset=1000 --max-length=100 --output=json a.qcow2",
                                    "map c.qcow2",
                                    "map --output=json c.qcow2",
                                    "map --start-offset=x a.qcow2",
                                    "map --max-length=-1 a.qcow2",
                                    "map missing",
                                    "map a b"),
                            List.of()),
                    new Scene(
                            "resize",
                            List.of(
                                    "create -q -f qcow2 a.qcow2 1M",
                                    "create -q r.raw 1M",
                                    "create -q -f qcow2 -b a.qcow2 -F qcow2 b.qcow2 2M"),
                            List.of(
                                    "resize a.qcow2 2M",
                                    "resize a.qcow2 +1M",
                                    "resize --shrink a.qcow2 -1M",
                                    "resize -q --shrink a.qcow2 1M",
                                    "resize --shrink a.qcow2 1M",
                                    "resize a.qcow2 +0",
                                    "resize a.qcow2 ' 8M'",
                                    "resize -f qcow2 --preallocation=off a.qcow2 9M",
                                    "resize r.raw 2M",
                                    "resize -f raw r.raw 3M",
                                    "resize -f raw --shrink r.raw 1000",
                                    "resize --preallocation=full -f raw r.raw 5M",
                                    "resize --preallocation=falloc -f raw r.raw 6M",
                                    "resize --image-opts driver=qcow2,file.filename=b.qcow2 5M"),
                            List.of("a.qcow2", "r.raw", "b.qcow2")),
                    new Scene(
                            "resize, refused",
                            List.of("create -q -f qcow2 a.qcow2 4M", "create -q r.raw 1M"),
                            List.of(
                                    "resize a.qcow2",
                                    "resize",
                                    "resize a b c",
                                    "resize a.qcow2 -1M",
                                    "resize a.qcow2 x",
                                    "resize a.qcow2 +-1",
                                    "resize a.qcow2 ++1",
                                    "resize a.qcow2 0",
                                    "resize a.qcow2 -100M",
                                    "resize --shrink a.qcow2 -100M",
                                    "resize a.qcow2 1000000000P",
                                    "resize a.qcow2 100P",
                                    "resize a.qcow2 5000001",
                                    "resize --preallocation=foo a.qcow2 5M",
                                    "resize --preallocation=metadata -f raw r.raw 6M",
                                    "resize --preallocation=falloc --shrink -f raw r.raw 1M",
                                    "resize -f nope a.qcow2 5M",
                                    "resize missing 1M"),
                            List.of("a.qcow2", "r.raw")),
                    new Scene(
                            "snapshot",
                            List.of(
                                    "create -q -f qcow2 a.qcow2 1M",
                                    "qemu-io -c 'write 64k 128k' a.qcow2",
                                    "create -q r.raw 1M"),
                            List.of(
                                    "snapshot -l a.qcow2",
                                    "snapshot a.qcow2",
                                    "snapshot -c s1 a.qcow2",
                                    "snapshot -c 'snap two' a.qcow2",
                                    "snapshot -l a.qcow2",
                                    "snapshot -q -l a.qcow2",
                                    "snapshot -U -l a.qcow2",
                                    "info a.qcow2",
                                    "info --output=json a.qcow2",
                                    "resize a.qcow2 3M",
                                    "snapshot -c s3 a.qcow2",
                                    "snapshot -c s3 a.qcow2",
                                    "snapshot -a s1 a.qcow2",
                                    "info a.qcow2",
                                    "snapshot -a 3 a.qcow2",
                                    "snapshot -d s3 a.qcow2",
                                    "snapshot -l a.qcow2",
                                    "snapshot -d 1 a.qcow2",
                                    "snapshot -d s1 a.qcow2",
                                    "snapshot -c '' a.qcow2",
                                    "snapshot -l a.qcow2",
                                    "snapshot -l r.raw"),
                            List.of("a.qcow2")),
                    new Scene(
                            "snapshot, refused",
                            List.of(
                                    "create -q -f qcow2 a.qcow2 1M",
                                    "create -q -f qcow2 -o refcount_bits=1 one.qcow2 1M",
                                    "create -q r.raw 1M"),
                            List.of(
                                    "snapshot -l -c x a.qcow2",
                                    "snapshot -c",
                                    "snapshot -d missing a.qcow2",
                                    "snapshot -a missing a.qcow2",
                                    "snapshot -c a r.raw",
                                    "snapshot -d a r.raw",
                                    "snapshot -l missing",
                                    "snapshot -c x missing",
                                    "snapshot -U -c x a.qcow2",
                                    "snapshot -l a b"),
                            List.of("a.qcow2", "r.raw")));

    static List<Scene> all() {
        return Stream.of(
                        CreationLines.SCENES,
                        OF_IMAGES,
                        ChainLines.SCENES,
                        BitmapLines.SCENES,
                        AmendLines.SCENES,
                        MovingLines.SCENES,
                        VmdkLines.SCENES)
                .flatMap(List::stream)
                .toList();
    }
}
