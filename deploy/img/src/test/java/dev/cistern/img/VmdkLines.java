package dev.cistern.img;

import dev.cistern.img.CommandLines.Scene;
import java.util.List;

/** Command lines about vmdk images that are run with qemu-img and with us. */
final class VmdkLines {
    static final List<Scene> SCENES =
            List.of(
                    new Scene(
                            "create vmdk",
                            List.of(),
                            List.of(
                                    "create -f vmdk a.vmdk 5G",
                                    "create -f vmdk -o subformat=monolithicFlat b.vmdk 10M",
                                    "create -f vmdk -o subformat=twoGbMaxExtentSparse c.vmdk 5G",
                                    "create -f vmdk -o subformat=twoGbMaxExtentFlat d 5G",
                                    "create -f vmdk -o adapter_type=lsilogic,hwversion=8,toolsversion=10309,zeroed_grain=on e.vmdk 1000",
                                    "create -f vmdk -o compat6=on,adapter_type=buslogic f.vmdk 20G",
                                    "create -f vmdk -o backing_file=a.vmdk g.vmdk",
                                    "create -f vmdk -b c.vmdk -F vmdk h.vmdk 6G",
                                    "create -f vmdk i.vmdk 0",
                                    "check a.vmdk",
                                    "check d",
                                    "check --output=json c.vmdk",
                                    "map a.vmdk",
                                    "map --output=json h.vmdk"),
                            List.of(
                                    "a.vmdk", "b.vmdk", "c.vmdk", "d", "e.vmdk", "f.vmdk",
                                    "h.vmdk")),
                    new Scene(
                            "create vmdk, refused",
                            List.of("create -q -f vmdk a.vmdk 1M", "create -q r.raw 1M"),
                            List.of(
                                    "create -f vmdk x.vmdk",
                                    "create -f vmdk -o adapter_type=foo x.vmdk 1M",
                                    "create -f vmdk -o subformat=foo x.vmdk 1M",
                                    "create -f vmdk -o compat6=on,hwversion=8 x.vmdk 1M",
                                    "create -f vmdk -o subformat=monolithicFlat,zeroed_grain=on x.vmdk 1M",
                                    "create -f vmdk -o subformat=monolithicFlat -b a.vmdk -F vmdk x.vmdk",
                                    "create -f vmdk -b r.raw -F raw x.vmdk",
                                    "create -f vmdk -b missing -F vmdk x.vmdk",
                                    "create -f vmdk -o foo=1 x.vmdk 1M",
                                    "create -f vmdk -o help",
                                    "create -f vmdk missing/x.vmdk 1M",
                                    "resize a.vmdk -1M",
                                    "resize a.vmdk 1K",
                                    "snapshot -l a.vmdk"),
                            List.of()),
                    new Scene(
                            "vmdk that QEMU made and wrote to",
                            List.of(
                                    "create -q -f vmdk a.vmdk 3M",
                                    "qemu-io -f vmdk -c 'write -P 5 64k 100k' a.vmdk",
                                    "create -q -f vmdk -o subformat=twoGbMaxExtentFlat b.vmdk 3M",
                                    "qemu-io -f vmdk -c 'write -P 5 64k 100k' b.vmdk",
                                    "create -q -f vmdk -o zeroed_grain=on -b a.vmdk -F vmdk c.vmdk",
                                    "qemu-io -f vmdk -c 'write -z 0 128k' -c 'write 1M 1' c.vmdk"),
                            List.of(
                                    "info a.vmdk",
                                    "info --output=json a.vmdk",
                                    "info b.vmdk",
                                    "info --output=json b.vmdk",
                                    "info --backing-chain c.vmdk",
                                    "check a.vmdk",
                                    "check b.vmdk",
                                    "check c.vmdk",
                                    "map a.vmdk",
                                    "map --output=json a.vmdk",
                                    "map --output=json c.vmdk"),
                            List.of()),
                    new Scene(
                            "convert to vmdk",
                            List.of(
                                    "create -q -f qcow2 a.qcow2 3M",
                                    "qemu-io -c 'write -P 5 100k 10k' -c 'write -P 0 300k 100k' -c 'write -P 7 2500k 128k' a.qcow2",
                                    "create -q -f vmdk p.vmdk 3M",
                                    "create -q -f vmdk p2.vmdk 4M"),
                            List.of(
                                    "convert -O vmdk a.qcow2 v1.vmdk",
                                    "convert -O vmdk -o subformat=monolithicFlat a.qcow2 v2.vmdk",
                                    "convert -O vmdk -o subformat=twoGbMaxExtentSparse a.qcow2 v3.vmdk",
                                    "convert -O vmdk -o subformat=twoGbMaxExtentFlat a.qcow2 v4.vmdk",
                                    "convert -O vmdk -o subformat=streamOptimized a.qcow2 v5.vmdk",
                                    "convert -O vmdk -o adapter_type=lsilogic,hwversion=8,zeroed_grain=on a.qcow2 v6.vmdk",
                                    "convert -O vmdk -o backing_file=p.vmdk,backing_fmt=vmdk a.qcow2 v7.vmdk",
                                    "convert -O qcow2 v5.vmdk v8.qcow2",
                                    "convert -O vmdk v3.vmdk v1.vmdk",
                                    "check v1.vmdk",
                                    "check v3.vmdk",
                                    "convert -O vmdk -B p.vmdk -F vmdk a.qcow2 v9.vmdk",
                                    "convert -S 0 -O vmdk a.qcow2 v10.vmdk",
                                    "convert -S 128k -m 1 -W -O vmdk a.qcow2 v11.vmdk",
                                    "convert -c -O vmdk a.qcow2 v12.vmdk",
                                    "convert -n -O vmdk a.qcow2 p2.vmdk",
                                    "map v11.vmdk",
                                    "map --output=json v11.vmdk",
                                    "map --output=json -s 1M -l 1M v11.vmdk",
                                    "convert -O vmdk -B p.vmdk a.qcow2 x",
                                    "convert -O vmdk -m 17 a.qcow2 x",
                                    "convert -O vmdk -S 100 a.qcow2 x",
                                    "convert -O vmdk -o subformat=foo a.qcow2 x",
                                    "convert -O vmdk -o foo=1 a.qcow2 x",
                                    "convert -O vmdk -o help"),
                            List.of(
                                    "v1.vmdk",
                                    "v2.vmdk",
                                    "v3.vmdk",
                                    "v4.vmdk",
                                    "v5.vmdk",
                                    "v6.vmdk",
                                    "v7.vmdk",
                                    "v8.qcow2",
                                    "v9.vmdk",
                                    "v10.vmdk",
                                    "v11.vmdk",
                                    "v12.vmdk",
                                    "p2.vmdk")));

    private VmdkLines() {}
}
