package dev.cistern.volume.xml;

import dev.cistern.common.message.ImageEncryption;
import dev.cistern.common.message.ImageOptions;
import dev.cistern.common.xml.XmlText;
import dev.cistern.volume.ImageNotes;
import dev.cistern.volume.Volume;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.w3c.dom.Element;

/**
 * A volume in libvirt's words: what it was created from, if that was XML, with what it is brought
 * up to date.
 */
public final class VolumeDocument {
    private static final List<String> OF_QCOW2 = List.of("compat", "clusterSize", "features");

    private static final Pattern UUID =
            Pattern.compile("(?i)[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}");

    private VolumeDocument() {}

    /**
     * Writes a volume.
     *
     * @param notes of its image
     */
    public static String write(Volume volume, ImageNotes notes) {
        var given = notes.xml();
        var document = given == null ? XmlText.empty("volume") : XmlText.parse(given);
        var root = document.getDocumentElement();
        root.setAttribute("type", "file");
        XmlText.set(root, "name", volume.name());
        XmlText.set(root, "key", volume.path());
        size(root, "capacity", volume.capacity(), "bytes");
        size(root, "allocation", volume.allocation(), "bytes");
        var target = XmlText.ensure(root, "target");
        XmlText.set(target, "path", volume.path());
        XmlText.ensure(target, "format").setAttribute("type", volume.format());
        permissions(target, volume);
        if (volume.format().equals("qcow2")) {
            qcow2(target, notes.options());
        } else {
            OF_QCOW2.forEach(name -> remove(target, name));
        }
        encryption(target, volume.encryption());
        backingStore(root, volume);
        return XmlText.write(document);
    }

    /** What was once true of a volume that has been converted or flattened. */
    private static void remove(Element parent, String name) {
        XmlText.child(parent, name).ifPresent(parent::removeChild);
    }

    private static void size(Element parent, String name, long bytes, String unit) {
        XmlText.set(parent, name, Long.toString(bytes)).setAttribute("unit", unit);
    }

    private static void permissions(Element target, Volume volume) {
        var permissions = XmlText.ensure(target, "permissions");
        var of = volume.permissions();
        XmlText.set(permissions, "mode", "0" + Integer.toOctalString(of.mode()));
        XmlText.set(permissions, "owner", Integer.toString(of.owner()));
        XmlText.set(permissions, "group", Integer.toString(of.group()));
    }

    /** To libvirt a document without {@code <compat>} means version 2. */
    private static void qcow2(Element target, ImageOptions options) {
        if (options.compat() != null) {
            XmlText.set(target, "compat", options.compat());
        }
        if (options.clusterSize() != null) {
            size(target, "clusterSize", options.clusterSize(), "B");
        }
        feature(target, "lazy_refcounts", options.lazyRefcounts());
        feature(target, "extended_l2", options.extendedL2());
    }

    private static void feature(Element target, String name, @Nullable Boolean has) {
        if (Boolean.TRUE.equals(has)) {
            XmlText.ensure(XmlText.ensure(target, "features"), name);
        }
    }

    private static void encryption(Element target, @Nullable ImageEncryption encryption) {
        if (encryption == null) {
            remove(target, "encryption");
            return;
        }
        var element = XmlText.ensure(target, "encryption");
        element.setAttribute(
                "format", encryption.format().equals("aes") ? "qcow" : encryption.format());
        remove(element, "secret");
        if (encryption.secret() != null) {
            var secret = XmlText.ensure(element, "secret");
            secret.setAttribute("type", "passphrase");
            secret.setAttribute(
                    isUuid(encryption.secret()) ? "uuid" : "usage", encryption.secret());
        }
    }

    private static boolean isUuid(String name) {
        return UUID.matcher(name).matches();
    }

    private static void backingStore(Element root, Volume volume) {
        var file = volume.backingFile();
        if (file == null) {
            remove(root, "backingStore");
            return;
        }
        var store = XmlText.ensure(root, "backingStore");
        XmlText.set(store, "path", file.startsWith("/") ? file : volume.poolPath() + "/" + file);
        var format = volume.backingFormat();
        if (format != null) {
            XmlText.ensure(store, "format").setAttribute("type", format);
        }
    }
}
