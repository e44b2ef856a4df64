package dev.cistern.pool.xml;

import dev.cistern.common.message.Permissions;
import dev.cistern.common.problem.ProblemCode;
import dev.cistern.common.problem.ProblemException;
import dev.cistern.common.xml.XmlText;
import dev.cistern.pool.Pool;
import dev.cistern.pool.PoolDefinition;
import dev.cistern.pool.SpaceRules;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.w3c.dom.Document;
import org.w3c.dom.Element;

/**
 * A pool in libvirt's words (libvirt, "Storage pool and volume XML format"). What it does not know
 * it keeps.
 */
public final class PoolXml {
    private static final String PERMISSIONS = "permissions";
    private static final int OCTAL = 8;

    private PoolXml() {}

    /**
     * Reads a definition. Figures in it, as libvirt writes them, are of no account.
     *
     * @throws ProblemException if it is not a pool's
     */
    public static PoolDefinition read(String xml) {
        var root = XmlText.parse(xml).getDocumentElement();
        if (!"pool".equals(root.getTagName())) {
            throw refused("the document's root is <%s>, not <pool>".formatted(root.getTagName()));
        }
        var target = XmlText.child(root, "target");
        var permissions = target.flatMap(element -> XmlText.child(element, PERMISSIONS));
        return new PoolDefinition(
                id(root),
                name(root),
                type(root),
                target.flatMap(element -> XmlText.text(element, "path")).orElse(""),
                SourceXml.read(root),
                null,
                permissions.map(PoolXml::permissions).orElse(Permissions.POOL_DEFAULT),
                permissions.flatMap(element -> XmlText.text(element, "label")).orElse(null),
                false,
                SpaceRules.DEFAULT,
                xml);
    }

    /** A pool without a name has that of its source, which LVM and iSCSI pools have. */
    private static String name(Element root) {
        return XmlText.text(root, "name")
                .or(
                        () ->
                                XmlText.child(root, "source")
                                        .flatMap(source -> XmlText.text(source, "name")))
                .orElseThrow(() -> refused("the pool has no <name>"));
    }

    private static String type(Element root) {
        var type = root.getAttribute("type");
        if (type.isEmpty()) {
            throw refused("<pool> has no attribute type");
        }
        return type;
    }

    private static @Nullable UUID id(Element root) {
        var text = XmlText.text(root, "uuid");
        try {
            return text.map(UUID::fromString).orElse(null);
        } catch (IllegalArgumentException _) {
            throw refused("'%s' is not a UUID".formatted(text.orElse("")));
        }
    }

    private static Permissions permissions(Element element) {
        var fallback = Permissions.POOL_DEFAULT;
        return new Permissions(
                number(element, "owner", 10).orElse(fallback.owner()),
                number(element, "group", 10).orElse(fallback.group()),
                mode(element).orElse(fallback.mode()));
    }

    private static Optional<Integer> mode(Element element) {
        var mode = number(element, "mode", OCTAL);
        if (mode.isPresent() && mode.get() < 0) {
            throw refused("<mode> is negative");
        }
        return mode;
    }

    private static Optional<Integer> number(Element element, String name, int radix) {
        var text = XmlText.text(element, name);
        try {
            return text.map(digits -> Integer.parseInt(digits, radix));
        } catch (NumberFormatException _) {
            throw refused("<%s> is '%s', not a number".formatted(name, text.orElse("")));
        }
    }

    private static ProblemException refused(String detail) {
        return new ProblemException(ProblemCode.INVALID_REQUEST, detail);
    }

    /** Writes a pool: what it was defined by, with its id and its figures brought up to date. */
    public static String write(Pool pool) {
        var given = pool.xml();
        var document = given == null ? XmlText.empty("pool") : XmlText.parse(given);
        var root = document.getDocumentElement();
        root.setAttribute("type", pool.type());
        var figures = pool.figures();
        XmlText.set(root, "name", pool.name());
        XmlText.set(root, "uuid", pool.id().toString());
        size(root, "capacity", figures.capacity());
        size(root, "allocation", figures.allocation());
        size(root, "available", figures.available());
        if (given == null) {
            target(document, pool);
        } else if (!pool.path().isEmpty()) {
            XmlText.set(XmlText.ensure(root, "target"), "path", pool.path());
        }
        pool.folder().ifPresent(seen -> permissions(root, seen));
        return XmlText.write(document);
    }

    /** As in libvirt, those that the folder has go before those that it was to have. */
    private static void permissions(Element root, Permissions seen) {
        permissions(XmlText.ensure(XmlText.ensure(root, "target"), PERMISSIONS), seen, null);
    }

    private static void size(Element root, String name, long bytes) {
        XmlText.set(root, name, Long.toString(bytes)).setAttribute("unit", "bytes");
    }

    private static void target(Document document, Pool pool) {
        var root = document.getDocumentElement();
        SourceXml.write(document, pool.source());
        var target = XmlText.ensure(root, "target");
        XmlText.set(target, "path", pool.path());
        var given = pool.permissions();
        if (!given.equals(Permissions.POOL_DEFAULT) || pool.label() != null) {
            permissions(XmlText.ensure(target, PERMISSIONS), given, pool.label());
        }
    }

    /** What is left open is left out, as libvirt does. */
    private static void permissions(Element element, Permissions given, @Nullable String label) {
        if (given.mode() >= 0) {
            XmlText.set(element, "mode", "0" + Integer.toOctalString(given.mode()));
        }
        if (given.owner() >= 0) {
            XmlText.set(element, "owner", Integer.toString(given.owner()));
        }
        if (given.group() >= 0) {
            XmlText.set(element, "group", Integer.toString(given.group()));
        }
        if (label != null) {
            XmlText.set(element, "label", label);
        }
    }
}
