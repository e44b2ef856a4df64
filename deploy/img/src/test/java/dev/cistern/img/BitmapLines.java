package dev.cistern.img;

import dev.cistern.img.CommandLines.Scene;
import java.util.List;
import java.util.stream.Stream;

/** Command lines of {@code bitmap} that are run with qemu-img and with us. */
final class BitmapLines {
    private static final List<String> IMAGES =
            List.of(
                    "create -q -f qcow2 a.qcow2 1M",
                    "create -q -f qcow2 b.qcow2 1M",
                    "create -q -f qcow2 large.qcow2 2M",
                    "create -q -f qcow2 -o compat=0.10 v2.qcow2 1M",
                    "create -q r.raw 1M",
                    "bitmap --add a.qcow2 n",
                    "bitmap --add large.qcow2 n",
                    "qemu-io -c 'write 64k 70k' -c 'write 900k 1k' a.qcow2");

    static final List<Scene> SCENES =
            List.of(
                    new Scene(
                            "bitmap",
                            IMAGES,
                            List.of(
                                    "info a.qcow2",
                                    "bitmap --add --disable -g 512 a.qcow2 fine",
                                    "bitmap --merge n a.qcow2 fine",
                                    "bitmap --merge n a.qcow2 n",
                                    "bitmap --add --merge n -b a.qcow2 -F qcow2 b.qcow2 k",
                                    "bitmap --add -g 0 --disable --enable --clear a.qcow2 p",
                                    "bitmap --disable a.qcow2 n",
                                    "bitmap --disable a.qcow2 n",
                                    "bitmap --remove -f qcow2 a.qcow2 p",
                                    "bitmap --add --granularity=128k --image-opts driver=qcow2,file.filename=a.qcow2 w",
                                    "info a.qcow2",
                                    "info --output=json b.qcow2",
                                    "bitmap --add --remove b.qcow2 fleeting",
                                    "bitmap --add --merge missing b.qcow2 stays",
                                    "bitmap --add --source-file=a.qcow2 --source-format=qcow2 --merge n b.qcow2 two"),
                            List.of("a.qcow2", "b.qcow2")),
                    new Scene(
                            "bitmap, refused",
                            IMAGES,
                            List.of(
                                    "bitmap",
                                    "bitmap a.qcow2 n",
                                    "bitmap --add a.qcow2",
                                    "bitmap --add a b c",
                                    "bitmap --add a.qcow2 n",
                                    "bitmap --add a.qcow2 ''",
                                    "bitmap --add a.qcow2 " + "x".repeat(1024),
                                    "bitmap --add missing n",
                                    "bitmap --add v2.qcow2 n",
                                    "bitmap --add -f raw r.raw n",
                                    "bitmap --add -g 1000 a.qcow2 m",
                                    "bitmap --add -g 256 a.qcow2 m",
                                    "bitmap --add -g 4G a.qcow2 m",
                                    "bitmap --add -g x a.qcow2 m",
                                    "bitmap --remove -g 64k a.qcow2 n",
                                    "bitmap --remove a.qcow2 none",
                                    "bitmap --clear a.qcow2 none",
                                    "bitmap --enable a.qcow2 none",
                                    "bitmap --merge none a.qcow2 n",
                                    "bitmap --merge n a.qcow2 none",
                                    "bitmap --merge n -b large.qcow2 -F qcow2 a.qcow2 n",
                                    "bitmap --merge n -b missing -F qcow2 a.qcow2 n",
                                    "bitmap --merge n -b a.qcow2 -F qcow2 a.qcow2 n",
                                    "bitmap --merge n -b r.raw -F raw a.qcow2 n",
                                    "bitmap --merge n -F qcow2 a.qcow2 n",
                                    "bitmap --add -b b.qcow2 a.qcow2 m",
                                    "bitmap --foo a.qcow2 m"),
                            List.of("a.qcow2", "large.qcow2")),
                    new Scene(
                            "convert with bitmaps",
                            Stream.concat(
                                            IMAGES.stream(),
                                            Stream.of(
                                                    "bitmap --add --disable -g 32k a.qcow2 two",
                                                    "bitmap --merge n a.qcow2 two",
                                                    "create -q -f qcow2 broken.qcow2 1M",
                                                    "bitmap --add broken.qcow2 b1",
                                                    "bitmap --add broken.qcow2 b2",
                                                    "snapshot -c s1 a.qcow2",
                                                    "killed qemu-io -c 'write 0 1k' -c 'sigraise 9' broken.qcow2"))
                                    .toList(),
                            List.of(
                                    "convert --bitmaps -O qcow2 a.qcow2 c1.qcow2",
                                    "info c1.qcow2",
                                    "bitmap --merge n -b c1.qcow2 -F qcow2 a.qcow2 n",
                                    "convert --bitmaps -c -O qcow2 -o cluster_size=128k a.qcow2 c2.qcow2",
                                    "convert --bitmaps -l s1 -O qcow2 a.qcow2 c3.qcow2",
                                    "convert --bitmaps -n -O qcow2 a.qcow2 b.qcow2",
                                    "convert --bitmaps -n -O qcow2 a.qcow2 b.qcow2",
                                    "convert --bitmaps -n -O qcow2 a.qcow2 large.qcow2",
                                    "convert --bitmaps -n -O qcow2 b.qcow2 large.qcow2",
                                    "convert --bitmaps -O qcow2 -o compat=0.10 a.qcow2 x",
                                    "convert --bitmaps -O raw a.qcow2 x",
                                    "convert --bitmaps -O qcow2 -f raw r.raw x",
                                    "convert --bitmaps -O qcow2 a.qcow2 b.qcow2 x",
                                    "convert --skip-broken-bitmaps -O qcow2 a.qcow2 x",
                                    "convert --bitmaps -O qcow2 broken.qcow2 x",
                                    "convert --bitmaps --skip-broken-bitmaps -O qcow2 broken.qcow2 c4.qcow2"),
                            List.of("c1.qcow2", "c2.qcow2", "c3.qcow2", "b.qcow2", "c4.qcow2")));

    private BitmapLines() {}
}
