package dev.cistern.volume.xml;

import dev.cistern.common.message.ImageEncryption;
import dev.cistern.common.message.ImageOptions;
import dev.cistern.common.message.Permissions;
import dev.cistern.common.problem.ProblemCode;
import dev.cistern.common.problem.ProblemException;
import dev.cistern.common.xml.XmlText;
import dev.cistern.volume.VolumeRequest;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.w3c.dom.Element;

/**
 * A request for a volume in libvirt's words (libvirt, "Storage pool and volume XML format"). What
 * is not known there is of no account to the image and is kept with the volume.
 */
public final class VolumeXml {
    private static final int OCTAL = 8;

    private VolumeXml() {}

    /**
     * Reads a request.
     *
     * @param pool name or id of the pool
     * @throws ProblemException if it is not a volume's, or asks for what cannot be created
     */
    public static VolumeRequest read(String pool, String xml) {
        var root = XmlText.parse(xml).getDocumentElement();
        if (!"volume".equals(root.getTagName())) {
            throw refused("the document's root is <%s>, not <volume>".formatted(root.getTagName()));
        }
        requireFile(root);
        var target = XmlText.child(root, "target");
        var format =
                target.flatMap(element -> XmlText.child(element, "format"))
                        .map(element -> element.getAttribute("type"))
                        .orElse("raw");
        var capacity =
                size(root, "capacity").orElseThrow(() -> refused("the volume has no <capacity>"));
        return new VolumeRequest(
                pool,
                XmlText.text(root, "name").orElseThrow(() -> refused("the volume has no <name>")),
                format,
                capacity,
                target.flatMap(element -> XmlText.child(element, "permissions"))
                        .map(VolumeXml::permissions)
                        .orElse(Permissions.VOLUME_DEFAULT),
                options(format, capacity, size(root, "allocation"), target.orElse(null)));
    }

    /** The path of the file that the volume is to be over; empty if it is to stand alone. */
    public static Optional<String> backingFile(String xml) {
        return XmlText.child(XmlText.parse(xml).getDocumentElement(), "backingStore")
                .flatMap(element -> XmlText.text(element, "path"));
    }

    /**
     * Refuses a volume that is to have a backing store where it is to have content.
     *
     * @throws ProblemException if the document names one
     */
    public static void requireNoBackingFile(String xml) {
        if (backingFile(xml).isPresent()) {
            throw refused(
                    "a volume with the content of another stands alone: leave <backingStore> out, or make a linked clone");
        }
    }

    private static void requireFile(Element root) {
        var type = root.getAttribute("type");
        if (!type.isEmpty() && !"file".equals(type)) {
            throw unsupported("volumes of type '%s' cannot be created; files can".formatted(type));
        }
    }

    /** libvirt's secrets go by UUID, or by what they are used for. */
    private static @Nullable ImageEncryption encryption(Element target) {
        return XmlText.child(target, "encryption")
                .map(
                        element ->
                                new ImageEncryption(
                                        element.getAttribute("format"),
                                        XmlText.child(element, "secret")
                                                .map(VolumeXml::secret)
                                                .orElse(null)))
                .orElse(null);
    }

    private static @Nullable String secret(Element element) {
        var uuid = element.getAttribute("uuid");
        var usage = element.getAttribute("usage");
        return !uuid.isEmpty() ? uuid : usage.isEmpty() ? null : usage;
    }

    private static ImageOptions options(
            String format, long capacity, Optional<Long> allocation, @Nullable Element target) {
        if (format.equals("raw")) {
            // In libvirt a raw volume without <allocation> is allocated as a whole.
            var whole = allocation.orElse(capacity) >= capacity;
            return new ImageOptions(whole ? "falloc" : null, null, null, null, null, null, null)
                    .encrypted(target == null ? null : encryption(target));
        }
        if (target == null) {
            return ImageOptions.USUAL;
        }
        var features = XmlText.child(target, "features");
        return new ImageOptions(
                        null,
                        XmlText.text(target, "compat").orElse(null),
                        clusterSize(target),
                        has(features, "extended_l2"),
                        has(features, "lazy_refcounts"),
                        null,
                        null)
                .encrypted(encryption(target));
    }

    /** What is no size of a cluster is refused as every other. */
    private static @Nullable Integer clusterSize(Element target) {
        return size(target, "clusterSize")
                .map(bytes -> (int) Math.min(bytes, Integer.MAX_VALUE))
                .orElse(null);
    }

    private static @Nullable Boolean has(Optional<Element> features, String name) {
        return features.flatMap(element -> XmlText.child(element, name)).isPresent() ? true : null;
    }

    private static Optional<Long> size(Element parent, String name) {
        return XmlText.child(parent, name).map(SizeXml::read);
    }

    private static Permissions permissions(Element element) {
        var fallback = Permissions.VOLUME_DEFAULT;
        return new Permissions(
                number(element, "owner", 10).orElse(fallback.owner()),
                number(element, "group", 10).orElse(fallback.group()),
                number(element, "mode", OCTAL).orElse(fallback.mode()));
    }

    private static Optional<Integer> number(Element element, String name, int radix) {
        var text = XmlText.text(element, name);
        try {
            return text.map(digits -> Integer.parseInt(digits, radix));
        } catch (NumberFormatException _) {
            throw refused("<%s> is '%s', not a number".formatted(name, text.orElse("")));
        }
    }

    private static ProblemException unsupported(String detail) {
        return new ProblemException(ProblemCode.UNSUPPORTED, detail);
    }

    static ProblemException refused(String detail) {
        return new ProblemException(ProblemCode.INVALID_REQUEST, detail);
    }
}
