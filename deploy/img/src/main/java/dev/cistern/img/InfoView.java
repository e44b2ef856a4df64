package dev.cistern.img;

import dev.cistern.image.ImageInfo;
import dev.cistern.image.ImageInfo.Details;
import java.util.Optional;

/** What an image says of itself, in QEMU's form. */
final class InfoView {
    private final Opening.Member member;
    private final ImageName name;
    private final ImageInfo info;
    private final Optional<String> below;

    /**
     * A view of an image.
     *
     * @param below the file below, from where the program runs
     */
    InfoView(Opening.Member member, Optional<String> below) {
        this.member = member;
        this.name = member.name();
        this.info = member.info();
        this.below = below;
    }

    /** Lines of text. */
    String human() {
        var text = new StringBuilder();
        line(text, "image", name.file());
        line(text, "file format", format());
        line(
                text,
                "virtual size",
                "%s (%d bytes)".formatted(SizeText.human(info.capacity()), info.capacity()));
        line(text, "disk size", SizeText.human(info.allocation()));
        if (info.details() instanceof Details.Qcow2 qcow2) {
            if (qcow2.encrypted()) {
                line(text, "encrypted", "yes");
            }
            line(text, "cluster_size", String.valueOf(qcow2.clusterSize()));
            if (qcow2.dirty()) {
                line(text, "cleanly shut down", "no");
            }
        }
        if (info.details() instanceof Details.Vmdk vmdk && grainSize(vmdk) > 0) {
            line(text, "cluster_size", String.valueOf(grainSize(vmdk)));
        }
        info.backingFile().ifPresent(file -> line(text, "backing file", file + actualPath(file)));
        info.backingFormat().ifPresent(format -> line(text, "backing file format", format));
        text.append(SnapshotList.human(member.snapshots()));
        FormatDetails.of(info, name)
                .ifPresent(
                        data ->
                                text.append("Format specific information:\n")
                                        .append(Json.human(data)));
        return text.toString();
    }

    /** Of all extents; 0 if they have none or differ. */
    private static long grainSize(Details.Vmdk vmdk) {
        var sizes = vmdk.extents().stream().mapToLong(Details.Extent::grainSize).distinct();
        var all = sizes.toArray();
        return all.length == 1 ? all[0] : 0;
    }

    private String format() {
        return info.format().text();
    }

    private String actualPath(String file) {
        return below.filter(path -> !path.equals(file))
                .map(" (actual path: %s)"::formatted)
                .orElse("");
    }

    private static void line(StringBuilder text, String key, String value) {
        text.append(key).append(": ").append(value).append('\n');
    }

    /** The object. */
    Json.Members json() {
        var members =
                new Json.Members()
                        .put("virtual-size", info.capacity())
                        .put("filename", name.file())
                        .put("format", format())
                        .put("actual-size", info.allocation())
                        .put("dirty-flag", false);
        if (info.details() instanceof Details.Qcow2 qcow2) {
            members.put("cluster-size", qcow2.clusterSize()).put("dirty-flag", qcow2.dirty());
            if (qcow2.encrypted()) {
                members.put("encrypted", true);
            }
        }
        if (info.details() instanceof Details.Vmdk vmdk) {
            members.putUnlessZero("cluster-size", grainSize(vmdk));
        }
        info.backingFile().ifPresent(file -> members.put("backing-filename", file));
        info.backingFormat().ifPresent(format -> members.put("backing-filename-format", format));
        below.ifPresent(path -> members.put("full-backing-filename", path));
        if (!member.snapshots().isEmpty()) {
            members.put("snapshots", SnapshotList.json(member.snapshots()));
        }
        FormatDetails.of(info, name)
                .ifPresent(
                        data ->
                                members.put(
                                        "format-specific",
                                        new Json.Members()
                                                .put("type", format())
                                                .put("data", data)));
        return members;
    }
}
