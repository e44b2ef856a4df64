package dev.cistern.pool.xml;

import dev.cistern.common.xml.XmlText;
import dev.cistern.pool.PoolSource;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.w3c.dom.Document;
import org.w3c.dom.Element;

/** The source of a pool in libvirt's words, with the options that it is mounted with. */
final class SourceXml {
    /** A namespace's name; nothing is fetched from there. */
    private static final String FS = "http://libvirt.org/schemas/storagepool/fs/1.0";

    private SourceXml() {}

    static PoolSource read(Element root) {
        var source = XmlText.child(root, "source");
        return new PoolSource(
                attribute(source, "host", "name"),
                attribute(source, "device", "path"),
                attribute(source, "dir", "path"),
                attribute(source, "format", "type"),
                attribute(source, "protocol", "ver"),
                mountOptions(root));
    }

    private static @Nullable String attribute(
            Optional<Element> source, String element, String attribute) {
        return source.flatMap(found -> XmlText.child(found, element))
                .map(found -> found.getAttribute(attribute))
                .filter(text -> !text.isEmpty())
                .orElse(null);
    }

    private static List<String> mountOptions(Element root) {
        return XmlText.child(root, FS, "mount_opts").stream()
                .flatMap(options -> XmlText.children(options, FS, "option").stream())
                .map(option -> option.getAttribute("name"))
                .toList();
    }

    static void write(Document document, PoolSource source) {
        var root = document.getDocumentElement();
        var element = XmlText.ensure(root, "source");
        write(element, "host", "name", source.host());
        write(element, "device", "path", source.device());
        write(element, "dir", "path", source.dir());
        write(element, "format", "type", source.format());
        write(element, "protocol", "ver", source.protocol());
        if (!source.mountOptions().isEmpty()) {
            writeOptions(document, source.mountOptions());
        }
    }

    private static void write(
            Element source, String element, String attribute, @Nullable String value) {
        if (value != null) {
            XmlText.ensure(source, element).setAttribute(attribute, value);
        }
    }

    private static void writeOptions(Document document, List<String> names) {
        var options = document.createElementNS(FS, "fs:mount_opts");
        document.getDocumentElement().appendChild(options);
        for (var name : names) {
            var option = document.createElementNS(FS, "fs:option");
            option.setAttribute("name", name);
            options.appendChild(option);
        }
    }
}
