package dev.cistern.standalone;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.ConfigMappings.ConfigClass;
import jakarta.ws.rs.Path;
import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jboss.jandex.AnnotationInstance;
import org.jboss.jandex.AnnotationTarget.Kind;
import org.jboss.jandex.IndexReader;

/** What can be set from outside, by the classes and files of the services themselves. */
final class Settings {
    private static final String OURS = "cistern.";

    private Settings() {}

    /** Every key of ours with its default, which is empty where there is none. */
    static Map<String, String> ours() throws IOException {
        Map<String, String> settings = new TreeMap<>();
        for (AnnotationInstance mapping : annotated(ConfigMapping.class)) {
            settings.putAll(mapped(mapping.target().asClass().name().toString()));
        }
        for (AnnotationInstance property : annotated(ConfigProperty.class)) {
            settings.put(property.value("name").asString(), defaultOf(property));
        }
        settings.putAll(files());
        settings.keySet().removeIf(key -> !key.startsWith(OURS) || key.contains("[*]"));
        return settings;
    }

    /** The key for the name of a variable such as {@code CISTERN_WORKER_NAME}, or the name. */
    static String keyOf(String variable) throws IOException {
        List<String> keys = new ArrayList<>(ours().keySet());
        keys.addAll(files().keySet());
        return keys.stream()
                .filter(key -> variableOf(key).equals(variable))
                .findAny()
                .orElse(variable);
    }

    /** The first part of the path of each resource, with the package that answers it. */
    static Map<String, String> resources() throws IOException {
        Map<String, String> resources = new TreeMap<>();
        for (AnnotationInstance path : annotated(Path.class)) {
            if (path.target().kind() == Kind.CLASS) {
                resources.put(
                        path.value().asString(), path.target().asClass().name().packagePrefix());
            }
        }
        return resources;
    }

    private static String variableOf(String key) {
        return key.replaceAll("[^A-Za-z0-9]", "_").toUpperCase(Locale.ROOT);
    }

    private static Map<String, String> mapped(String type) {
        try {
            Map<String, String> settings = new TreeMap<>();
            ConfigClass.configClass(Class.forName(type))
                    .getProperties()
                    .forEach((key, value) -> settings.put(key, value == null ? "" : value));
            return settings;
        } catch (ClassNotFoundException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String defaultOf(AnnotationInstance property) {
        return property.value("defaultValue") == null
                ? ""
                : property.value("defaultValue").asString();
    }

    /** What {@code microprofile-config.properties} of the modules say; the first one wins. */
    private static Map<String, String> files() throws IOException {
        Map<String, String> settings = new TreeMap<>();
        for (URL file : found("META-INF/microprofile-config.properties")) {
            Properties properties = new Properties();
            try (InputStream input = file.openStream()) {
                properties.load(input);
            }
            properties
                    .stringPropertyNames()
                    .forEach(key -> settings.putIfAbsent(key, properties.getProperty(key)));
        }
        return settings;
    }

    private static List<AnnotationInstance> annotated(Class<?> annotation) throws IOException {
        List<AnnotationInstance> instances = new ArrayList<>();
        for (URL index : found("META-INF/jandex.idx")) {
            try (InputStream input = index.openStream()) {
                instances.addAll(new IndexReader(input).read().getAnnotations(annotation));
            }
        }
        return instances;
    }

    /** Of a module of ours: its jar, or its classes where Maven has not packaged it. */
    private static boolean isOurs(URL resource) {
        String path = resource.getPath();
        return path.contains("/cistern-") || path.contains("/target/classes/");
    }

    private static List<URL> found(String name) throws IOException {
        return Collections.list(Settings.class.getClassLoader().getResources(name)).stream()
                .filter(Settings::isOurs)
                .toList();
    }
}
