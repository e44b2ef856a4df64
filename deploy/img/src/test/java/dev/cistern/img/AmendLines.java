package dev.cistern.img;

import dev.cistern.img.CommandLines.Scene;
import java.util.List;

/** Command lines of {@code amend} that are run with qemu-img and with us. */
final class AmendLines {
    private static final List<String> IMAGES =
            List.of(
                    "create -q -f qcow2 a.qcow2 1M",
                    "create -q -f qcow2 -b a.qcow2 -F qcow2 b.qcow2 2M",
                    "create -q -f qcow2 -o compat=0.10 v2.qcow2 1M",
                    "create -q -f qcow2 -o refcount_bits=8 r.qcow2 1M",
                    "create -q -f qcow2 -o extended_l2=on e.qcow2 1M",
                    "create -q -f qcow2 -o data_file=d.raw d.qcow2 1M",
                    "create -q r.raw 1M",
                    "qemu-io -c 'write 64k 70k' -c 'write -z 256k 128k' a.qcow2",
                    "qemu-io -c 'write -z 64k 70k' -c 'write -z 1536k 64k' b.qcow2",
                    "qemu-io -c 'write 64k 70k' v2.qcow2",
                    "snapshot -c one v2.qcow2");

    private static final String SECRETS =
            " --object secret,id=s0,data=zero --object secret,id=s1,data=one --object secret,id=s2,data=two ";

    private static final String LUKS =
            SECRETS + "--image-opts driver=qcow2,file.filename=l.qcow2,encrypt.key-secret=s0";

    static final List<Scene> SCENES =
            List.of(
                    new Scene(
                            "amend",
                            IMAGES,
                            List.of(
                                    "amend -o lazy_refcounts=on a.qcow2",
                                    "info a.qcow2",
                                    "amend -o compat=0.10 a.qcow2",
                                    "info a.qcow2",
                                    "amend -f qcow2 -t none -o compat=v2 b.qcow2",
                                    "amend -p -q -o compat=1.1 b.qcow2",
                                    "amend -p -o lazy_refcounts=on b.qcow2",
                                    "amend -o compat=v3 -o lazy_refcounts=on v2.qcow2",
                                    "info v2.qcow2",
                                    "amend -o lazy_refcounts=off,size=3M v2.qcow2",
                                    "info v2.qcow2",
                                    "amend -o refcount_bits=8 r.qcow2",
                                    "amend -o backing_file=a.qcow2,backing_fmt=qcow2 b.qcow2",
                                    "amend --image-opts -o compat=v3 driver=qcow2,file.filename=a.qcow2"),
                            List.of("a.qcow2", "b.qcow2", "v2.qcow2", "r.qcow2")),
                    new Scene(
                            "amend, refused",
                            IMAGES,
                            List.of(
                                    "amend",
                                    "amend a.qcow2",
                                    "amend -o compat=v3",
                                    "amend -o compat=v3 a b",
                                    "amend -o compat=v3 missing",
                                    "amend -o compat=2 a.qcow2",
                                    "amend -o foo=1 a.qcow2",
                                    "amend -o cluster_size=4k a.qcow2",
                                    "amend -o ,x a.qcow2",
                                    "amend -o lazy_refcounts=maybe a.qcow2",
                                    "amend -o lazy_refcounts=on v2.qcow2",
                                    "amend -o compat=v2 r.qcow2",
                                    "amend -o compat=v2 e.qcow2",
                                    "amend -o compat=v2 d.qcow2",
                                    "amend -o data_file=x a.qcow2",
                                    "amend -o data_file_raw=on d.qcow2",
                                    "amend -o backing_file=x a.qcow2",
                                    "amend -o backing_file=x b.qcow2",
                                    "amend -o size=1000 a.qcow2",
                                    "amend -o encrypt.state=inactive a.qcow2",
                                    "amend -f raw -o size=2M r.raw",
                                    "amend -o help r.raw",
                                    "amend -f raw -o help",
                                    "amend -f nope -o help",
                                    "amend -f qcow2 -o help",
                                    "amend -o help a.qcow2",
                                    "amend -t foo -o compat=v3 a.qcow2",
                                    "amend -f nope -o compat=v3 a.qcow2"),
                            List.of("a.qcow2", "b.qcow2", "r.qcow2", "e.qcow2")),
                    new Scene(
                            "amend, key slots",
                            List.of(
                                    "ours create -q -f qcow2 -o encrypt.format=luks,encrypt.key-secret=s0,encrypt.iter-time=10"
                                            + SECRETS
                                            + "l.qcow2 1M"),
                            List.of(
                                    "amend -o encrypt.state=active,encrypt.new-secret=s1,encrypt.iter-time=10"
                                            + LUKS,
                                    "amend -o encrypt.new-secret=s1" + LUKS,
                                    "amend -o encrypt.state=active" + LUKS,
                                    "amend -o encrypt.state=foo" + LUKS,
                                    "amend -o encrypt.state=active,encrypt.new-secret=nope" + LUKS,
                                    "amend -o encrypt.state=active,encrypt.new-secret=s1,encrypt.old-secret=s0"
                                            + LUKS,
                                    "amend -o encrypt.state=active,encrypt.new-secret=s1,encrypt.keyslot=8"
                                            + LUKS,
                                    "amend -o encrypt.state=active,encrypt.new-secret=s1,encrypt.keyslot=0"
                                            + LUKS,
                                    "amend -o encrypt.state=active,encrypt.new-secret=s2,encrypt.keyslot=4,encrypt.iter-time=10"
                                            + LUKS,
                                    "amend -o encrypt.state=inactive" + LUKS,
                                    "amend -o encrypt.state=inactive,encrypt.new-secret=s1" + LUKS,
                                    "amend -o encrypt.state=inactive,encrypt.iter-time=10,encrypt.keyslot=1"
                                            + LUKS,
                                    "amend -o encrypt.state=inactive,encrypt.old-secret=s0,encrypt.keyslot=1"
                                            + LUKS,
                                    "amend -o encrypt.state=inactive,encrypt.old-secret=s1,encrypt.keyslot=1"
                                            + LUKS,
                                    "amend -o encrypt.state=inactive,encrypt.keyslot=5" + LUKS,
                                    "amend -o encrypt.state=inactive,encrypt.keyslot=9" + LUKS,
                                    "amend -o encrypt.state=inactive,encrypt.old-secret=s2" + LUKS,
                                    "amend -o encrypt.state=inactive,encrypt.old-secret=s2" + LUKS,
                                    "amend -o encrypt.state=inactive,encrypt.keyslot=0" + LUKS,
                                    "amend -o encrypt.state=inactive,encrypt.old-secret=s0" + LUKS,
                                    "info l.qcow2",
                                    "amend --force -o encrypt.state=inactive,encrypt.old-secret=s0"
                                            + LUKS,
                                    "amend -o lazy_refcounts=on" + LUKS,
                                    "amend -o encrypt.state=inactive,encrypt.keyslot=0 l.qcow2"),
                            List.of()));

    private AmendLines() {}
}
