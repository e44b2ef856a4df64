package dev.cistern.pool.xml;

import dev.cistern.common.problem.ProblemCode;
import dev.cistern.common.problem.ProblemException;
import java.io.IOException;
import java.io.StringReader;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import javax.xml.XMLConstants;
import javax.xml.parsers.DocumentBuilder;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import javax.xml.transform.OutputKeys;
import javax.xml.transform.TransformerException;
import javax.xml.transform.TransformerFactory;
import javax.xml.transform.dom.DOMSource;
import javax.xml.transform.stream.StreamResult;
import org.jspecify.annotations.Nullable;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.Node;
import org.xml.sax.ErrorHandler;
import org.xml.sax.InputSource;
import org.xml.sax.SAXException;
import org.xml.sax.SAXParseException;

/** XML from outside, read without document types and entities, and small trees of elements. */
final class XmlText {
    private static final int LONGEST = 1 << 20;

    private XmlText() {}

    static Document parse(String xml) {
        if (xml.length() > LONGEST) {
            throw refused("the document is longer than %d characters".formatted(LONGEST));
        }
        try {
            return builder().parse(new InputSource(new StringReader(xml)));
        } catch (SAXParseException e) {
            throw refused(
                    "line %d, column %d: %s"
                            .formatted(e.getLineNumber(), e.getColumnNumber(), e.getMessage()));
        } catch (SAXException | IOException e) {
            throw refused(Objects.toString(e.getMessage()));
        }
    }

    static Document empty(String root) {
        var document = builder().newDocument();
        document.appendChild(document.createElement(root));
        return document;
    }

    private static DocumentBuilder builder() {
        try {
            var factory = DocumentBuilderFactory.newInstance();
            factory.setFeature(XMLConstants.FEATURE_SECURE_PROCESSING, true);
            factory.setFeature("http://apache.org/xml/features/disallow-doctype-decl", true);
            factory.setXIncludeAware(false);
            factory.setExpandEntityReferences(false);
            factory.setNamespaceAware(true);
            var builder = factory.newDocumentBuilder();
            builder.setErrorHandler(new Quiet());
            return builder;
        } catch (ParserConfigurationException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The JDK's parser would print to the console. */
    private static final class Quiet implements ErrorHandler {
        @Override
        public void warning(SAXParseException e) {}

        @Override
        public void error(SAXParseException e) throws SAXException {
            throw e;
        }

        @Override
        public void fatalError(SAXParseException e) throws SAXException {
            throw e;
        }
    }

    private static ProblemException refused(String detail) {
        return new ProblemException(
                ProblemCode.MALFORMED_REQUEST, "the XML cannot be read: " + detail);
    }

    static Optional<Element> child(Element parent, String name) {
        for (@Nullable Node node = parent.getFirstChild();
                node != null;
                node = node.getNextSibling()) {
            if (node instanceof Element element && name.equals(element.getTagName())) {
                return Optional.of(element);
            }
        }
        return Optional.empty();
    }

    static Optional<Element> child(Element parent, String namespace, String name) {
        return children(parent, namespace, name).stream().findFirst();
    }

    static List<Element> children(Element parent, String namespace, String name) {
        var found = new ArrayList<Element>();
        for (@Nullable Node node = parent.getFirstChild();
                node != null;
                node = node.getNextSibling()) {
            if (node instanceof Element element
                    && name.equals(element.getLocalName())
                    && namespace.equals(element.getNamespaceURI())) {
                found.add(element);
            }
        }
        return found;
    }

    static Optional<String> text(Element parent, String name) {
        return child(parent, name).map(element -> element.getTextContent().strip());
    }

    static Element ensure(Element parent, String name) {
        return child(parent, name)
                .orElseGet(
                        () -> {
                            var element = parent.getOwnerDocument().createElement(name);
                            parent.appendChild(element);
                            return element;
                        });
    }

    static Element set(Element parent, String name, String text) {
        var element = ensure(parent, name);
        element.setTextContent(text);
        return element;
    }

    /** The root element as text, indented by two blanks as libvirt does. */
    static String write(Document document) {
        try {
            var root = document.getDocumentElement();
            dropBlanks(root);
            var transformer = TransformerFactory.newInstance().newTransformer();
            transformer.setOutputProperty(OutputKeys.OMIT_XML_DECLARATION, "yes");
            transformer.setOutputProperty(OutputKeys.INDENT, "yes");
            transformer.setOutputProperty("{http://xml.apache.org/xslt}indent-amount", "2");
            var out = new StringWriter();
            transformer.transform(new DOMSource(root), new StreamResult(out));
            return out.toString();
        } catch (TransformerException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void dropBlanks(Element element) {
        @Nullable Node node = element.getFirstChild();
        while (node != null) {
            var next = node.getNextSibling();
            if (node.getNodeType() == Node.TEXT_NODE && node.getTextContent().isBlank()) {
                element.removeChild(node);
            } else if (node instanceof Element inner) {
                dropBlanks(inner);
            }
            node = next;
        }
    }
}
