package dev.cistern.volume.xml;

import java.math.BigInteger;
import java.util.Locale;
import java.util.regex.Pattern;
import org.w3c.dom.Element;

/**
 * A number of bytes with libvirt's units: {@code B} or {@code bytes} (without one too), {@code K}
 * and {@code KiB} for 1024, {@code KB} for 1000, and so on to {@code E}.
 */
final class SizeXml {
    private static final Pattern NUMBER = Pattern.compile("\\d{1,19}");
    private static final String PREFIXES = "kmgtpe";

    private SizeXml() {}

    /** What an element says, in bytes. */
    static long read(Element element) {
        var text = element.getTextContent().strip();
        if (!NUMBER.matcher(text).matches()) {
            throw VolumeXml.refused(
                    "<%s> is '%s', not a number".formatted(element.getTagName(), text));
        }
        var bytes = new BigInteger(text).multiply(unit(element));
        if (bytes.bitLength() >= Long.SIZE) {
            throw VolumeXml.refused("<%s> is more than 8 EiB".formatted(element.getTagName()));
        }
        return bytes.longValueExact();
    }

    private static BigInteger unit(Element element) {
        var unit = element.getAttribute("unit").toLowerCase(Locale.ROOT);
        if (unit.isEmpty() || unit.equals("b") || unit.equals("byte") || unit.equals("bytes")) {
            return BigInteger.ONE;
        }
        var power = PREFIXES.indexOf(unit.charAt(0)) + 1;
        var rest = unit.substring(1);
        if (power > 0 && (rest.isEmpty() || rest.equals("ib"))) {
            return BigInteger.valueOf(1024).pow(power);
        }
        if (power > 0 && rest.equals("b")) {
            return BigInteger.valueOf(1000).pow(power);
        }
        throw VolumeXml.refused("'%s' is not a unit of bytes".formatted(unit));
    }
}
