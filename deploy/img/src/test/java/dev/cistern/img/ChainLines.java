package dev.cistern.img;

import dev.cistern.img.CommandLines.Scene;
import java.util.List;

/** Command lines of {@code commit} and {@code rebase} that are run with qemu-img and with us. */
final class ChainLines {
    /** Three images over each other, each with content of its own and some of it written over. */
    private static final List<String> CHAIN =
            List.of(
                    "create -q -f qcow2 a.qcow2 1M",
                    "create -q -f qcow2 -b a.qcow2 -F qcow2 b.qcow2",
                    "create -q -f qcow2 -b b.qcow2 -F qcow2 c.qcow2 2M",
                    "create -q r.raw 1M",
                    "create -q -f qcow2 -b r.raw -F raw d.qcow2 2M",
                    "create -q -f qcow2 -u -b missing -F qcow2 m.qcow2 1M",
                    "create -q -f qcow2 small.qcow2 64k",
                    "qemu-io -c 'write -P 1 0 256k' -c 'write -P 2 512k 64k' a.qcow2",
                    "qemu-io -c 'write -P 3 64k 70k' b.qcow2",
                    "qemu-io -c 'write -P 4 128k 3k' -c 'write -z 512k 64k' -c 'write -P 5 1500k 8k' c.qcow2",
                    "qemu-io -c 'write -P 6 1100k 64k' -c 'write -P 7 1k 1k' d.qcow2",
                    "qemu-io -c 'write -P 8 10k 1k' small.qcow2");

    static final List<Scene> SCENES =
            List.of(
                    new Scene(
                            "commit",
                            CHAIN,
                            List.of(
                                    "commit -d -q c.qcow2",
                                    "map --output=json c.qcow2",
                                    "commit -f qcow2 -t none -r 4M c.qcow2",
                                    "commit c.qcow2",
                                    "commit -b ./a.qcow2 c.qcow2",
                                    "commit d.qcow2",
                                    "info d.qcow2",
                                    "snapshot -c s b.qcow2",
                                    "commit --image-opts driver=qcow2,file.filename=b.qcow2"),
                            List.of("a.qcow2", "b.qcow2", "c.qcow2", "d.qcow2", "r.raw")),
                    new Scene(
                            "commit, refused",
                            CHAIN,
                            List.of(
                                    "commit",
                                    "commit a.qcow2",
                                    "commit r.raw",
                                    "commit missing",
                                    "commit m.qcow2",
                                    "commit a b",
                                    "commit -U c.qcow2",
                                    "commit -b nope c.qcow2",
                                    "commit -b c.qcow2 c.qcow2",
                                    "commit -b '' c.qcow2",
                                    "commit -f nope c.qcow2",
                                    "commit -r foo c.qcow2",
                                    "commit -r 99999999999999E c.qcow2",
                                    "commit -t foo c.qcow2"),
                            List.of("a.qcow2", "b.qcow2", "c.qcow2", "r.raw")),
                    new Scene(
                            "commit, encrypted",
                            List.of(
                                    "create -q -f qcow2 a.qcow2 1M",
                                    "ours create -q -f qcow2 -b a.qcow2 -F qcow2 -o encrypt.format=luks,encrypt.key-secret=s,encrypt.iter-time=10 --object secret,id=s,data=abc l.qcow2",
                                    "qemu-io --object secret,id=s,data=abc --image-opts -c 'write -P 1 100k 99k' driver=qcow2,file.filename=l.qcow2,encrypt.key-secret=s"),
                            List.of(
                                    "commit l.qcow2",
                                    "commit --object secret,id=s,data=wrong --image-opts driver=qcow2,file.filename=l.qcow2,encrypt.key-secret=s",
                                    "commit --object secret,id=s,data=abc --image-opts driver=qcow2,file.filename=l.qcow2,encrypt.key-secret=nope",
                                    "commit --object secret,id=s,data=abc --image-opts driver=qcow2,file.filename=l.qcow2,encrypt.key-secret=s",
                                    "info a.qcow2"),
                            List.of("a.qcow2")),
                    new Scene(
                            "rebase",
                            CHAIN,
                            List.of(
                                    "rebase -b a.qcow2 -F qcow2 c.qcow2",
                                    "info c.qcow2",
                                    "rebase -q -f qcow2 -t none -T none -b small.qcow2 -F qcow2 c.qcow2",
                                    "rebase -b r.raw -F raw -U c.qcow2",
                                    "rebase -F qcow2 -b '' c.qcow2",
                                    "info c.qcow2",
                                    "rebase -b '' d.qcow2",
                                    "rebase -u -b r.raw -F raw d.qcow2",
                                    "info d.qcow2",
                                    "rebase -u -b a.qcow2 -F qcow2 m.qcow2",
                                    "rebase -u -b foo:bar -F raw small.qcow2",
                                    "info small.qcow2",
                                    "rebase -u small.qcow2",
                                    "rebase --image-opts -b '' driver=qcow2,file.filename=b.qcow2"),
                            List.of("b.qcow2", "c.qcow2", "d.qcow2", "m.qcow2", "small.qcow2")),
                    new Scene(
                            "rebase, refused",
                            CHAIN,
                            List.of(
                                    "rebase",
                                    "rebase c.qcow2",
                                    "rebase -b a.qcow2",
                                    "rebase -b missing -F qcow2 c.qcow2",
                                    "rebase -b missing c.qcow2",
                                    "rebase -b r.raw -F qcow2 c.qcow2",
                                    "rebase -b a.qcow2 -F nope c.qcow2",
                                    "rebase -u -b a.qcow2 -F nope c.qcow2",
                                    "rebase -u -b a.qcow2 c.qcow2",
                                    "rebase -b small.qcow2 c.qcow2",
                                    "rebase -b c.qcow2 -F qcow2 c.qcow2",
                                    "rebase -b b.qcow2 -F qcow2 a.qcow2",
                                    "rebase -b '' m.qcow2",
                                    "rebase -b a.qcow2 -F qcow2 r.raw",
                                    "rebase -u -b a.qcow2 -F qcow2 r.raw",
                                    "rebase -f nope -b a.qcow2 -F qcow2 c.qcow2",
                                    "rebase -T foo -b a.qcow2 -F qcow2 c.qcow2",
                                    "rebase -t foo -b a.qcow2 -F qcow2 c.qcow2",
                                    "rebase -u -F raw -b "
                                            + CreationLines.NAME_TOO_LONG
                                            + " c.qcow2",
                                    "rebase missing -b a.qcow2"),
                            List.of("a.qcow2", "c.qcow2", "r.raw")));

    private ChainLines() {}
}
