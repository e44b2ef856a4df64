package dev.cistern.pool.xml;

import dev.cistern.common.xml.XmlText;
import dev.cistern.pool.PoolCapability;
import java.util.List;
import org.w3c.dom.Element;

/** Capabilities in libvirt's words (libvirt, "Storage pool capabilities XML format"). */
public final class CapabilitiesXml {
    private CapabilitiesXml() {}

    /** Writes them. */
    public static String write(List<PoolCapability> capabilities) {
        var document = XmlText.empty("storagepoolCapabilities");
        for (var each : capabilities) {
            var pool = append(document.getDocumentElement(), "pool");
            pool.setAttribute("type", each.type());
            pool.setAttribute("supported", each.supported() ? "yes" : "no");
            if (!each.sourceFormats().isEmpty()) {
                values(append(pool, "poolOptions"), "sourceFormatType", each.sourceFormats());
            }
            if (!each.volumeFormats().isEmpty()) {
                var options = append(pool, "volOptions");
                append(options, "defaultFormat").setAttribute("type", "raw");
                values(options, "targetFormatType", each.volumeFormats());
            }
        }
        return XmlText.write(document);
    }

    private static void values(Element parent, String name, List<String> values) {
        var enumeration = append(parent, "enum");
        enumeration.setAttribute("name", name);
        values.forEach(value -> append(enumeration, "value").setTextContent(value));
    }

    private static Element append(Element parent, String name) {
        var element = parent.getOwnerDocument().createElement(name);
        parent.appendChild(element);
        return element;
    }
}
