package dev.cistern.img;

import dev.cistern.image.BitmapInfo;
import dev.cistern.image.EncryptionInfo;
import dev.cistern.image.ImageInfo;
import dev.cistern.image.ImageInfo.Details;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What only images of one format have, in QEMU's form. */
final class FormatDetails {
    private FormatDetails() {}

    /** Nothing for a raw image. */
    static Optional<Json.Members> of(ImageInfo info, ImageName name) {
        return switch (info.details()) {
            case Details.Raw _ -> Optional.empty();
            case Details.Qcow2 qcow2 -> Optional.of(of(qcow2));
            case Details.Vmdk vmdk -> Optional.of(of(vmdk, name));
        };
    }

    private static Json.Members of(Details.Qcow2 qcow2) {
        var members =
                new Json.Members()
                        .put("compat", qcow2.version() == 2 ? "0.10" : "1.1")
                        .put("compression-type", qcow2.compressionType())
                        .put("refcount-bits", qcow2.refcountBits());
        if (qcow2.version() > 2) {
            members.put("lazy-refcounts", qcow2.lazyRefcounts())
                    .put("corrupt", qcow2.corrupt())
                    .put("extended-l2", qcow2.extendedL2());
        }
        if (!qcow2.bitmaps().isEmpty()) {
            members.put("bitmaps", qcow2.bitmaps().stream().map(FormatDetails::of).toList());
        }
        qcow2.encryption().ifPresent(encryption -> members.put("encrypt", of(encryption)));
        qcow2.dataFile()
                .ifPresent(
                        file ->
                                members.put("data-file", file)
                                        .put("data-file-raw", qcow2.rawDataFile()));
        return members;
    }

    private static Json.Members of(BitmapInfo bitmap) {
        var flags = new ArrayList<String>();
        if (bitmap.inconsistent()) {
            flags.add("in-use");
        }
        if (bitmap.recording()) {
            flags.add("auto");
        }
        return new Json.Members()
                .put("flags", List.copyOf(flags))
                .put("name", bitmap.name())
                .put("granularity", bitmap.granularity());
    }

    private static Json.Members of(EncryptionInfo encryption) {
        return switch (encryption) {
            case EncryptionInfo.Aes _ -> new Json.Members().put("format", "aes");
            case EncryptionInfo.Luks luks -> of(luks);
        };
    }

    private static Json.Members of(EncryptionInfo.Luks luks) {
        var members =
                new Json.Members()
                        .put("format", "luks")
                        .put("cipher-alg", luks.cipher())
                        .put("cipher-mode", luks.mode())
                        .put("ivgen-alg", luks.iv())
                        .put("hash-alg", luks.hash())
                        .put("uuid", luks.uuid())
                        .put("payload-offset", luks.payloadOffset())
                        .put("master-key-iters", luks.masterKeyIterations())
                        .put("slots", luks.slots().stream().map(FormatDetails::of).toList());
        luks.ivHash().ifPresent(hash -> members.put("ivgen-hash-alg", hash));
        return members;
    }

    private static Json.Members of(EncryptionInfo.Slot slot) {
        var members =
                new Json.Members().put("active", slot.active()).put("key-offset", slot.keyOffset());
        return slot.active()
                ? members.put("iters", slot.iterations()).put("stripes", slot.stripes())
                : members;
    }

    private static Json.Members of(Details.Vmdk vmdk, ImageName name) {
        return new Json.Members()
                .put("cid", vmdk.cid())
                .put("parent-cid", vmdk.parentCid())
                .put("create-type", vmdk.createType())
                .put("extents", vmdk.extents().stream().map(extent -> of(extent, name)).toList());
    }

    private static Json.Members of(Details.Extent extent, ImageName name) {
        var image = name.file();
        var folder = image.substring(0, image.lastIndexOf('/') + 1);
        return new Json.Members()
                .put("virtual-size", extent.capacity())
                .put("filename", extent.file().isEmpty() ? image : folder + extent.file())
                .putUnlessZero("cluster-size", extent.grainSize())
                .put("format", extent.type());
    }
}
