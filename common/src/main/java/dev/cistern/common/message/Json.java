package dev.cistern.common.message;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.deser.std.StdScalarDeserializer;
import com.fasterxml.jackson.databind.deser.std.StringDeserializer;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.jsontype.NamedType;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.datatype.jdk8.Jdk8Module;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.stream.Stream;

/**
 * Messages as JSON: the simple class name tells the type, times are RFC 3339, unknown members are
 * passed over.
 */
public final class Json {
    private static final ObjectMapper MAPPER =
            JsonMapper.builder()
                    .addModule(new JavaTimeModule())
                    .addModule(new Jdk8Module())
                    .addModule(new SimpleModule().addDeserializer(String.class, new CleanText()))
                    .disable(SerializationFeature.WRITE_DATES_AS_TIMESTAMPS)
                    .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
                    .defaultPropertyInclusion(
                            JsonInclude.Value.construct(
                                    JsonInclude.Include.NON_NULL, JsonInclude.Include.NON_NULL))
                    .build();

    static {
        Stream.of(Command.class, Result.class, Control.class, InternalEvent.class)
                .forEach(Json::registerSubtypes);
    }

    private Json() {}

    /**
     * Texts from outside, such as a backing file's name in a hostile image, may have a NUL in them,
     * which PostgreSQL stores in no column.
     */
    private static final class CleanText extends StdScalarDeserializer<String> {
        private static final long serialVersionUID = 1L;

        CleanText() {
            super(String.class);
        }

        @Override
        public String deserialize(JsonParser parser, DeserializationContext context)
                throws IOException {
            var text = StringDeserializer.instance.deserialize(parser, context);
            return text.indexOf('\0') < 0 ? text : text.replace('\0', '\uFFFD');
        }
    }

    /** The message as UTF-8 JSON. */
    public static byte[] bytes(Object message) {
        try {
            return MAPPER.writeValueAsBytes(message);
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The message as JSON text. */
    public static String text(Object message) {
        try {
            return MAPPER.writeValueAsString(message);
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Reads a message.
     *
     * @throws IOException if it is not one of this type, or of a type that this version does not
     *     know
     */
    @SuppressWarnings("NullAway") // Jackson's answer to the text "null"
    public static <T> T read(byte[] json, Class<T> type) throws IOException {
        T message = MAPPER.readValue(json, type);
        if (message == null) {
            throw new IOException("null is not a " + type.getSimpleName());
        }
        return message;
    }

    /** Reads what this service itself has written, from a column for example. */
    public static <T> T readOwn(String json, Class<T> type) {
        try {
            return MAPPER.readValue(json, type);
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void registerSubtypes(Class<?> type) {
        for (var subtype : type.getPermittedSubclasses()) {
            if (subtype.isSealed()) {
                registerSubtypes(subtype);
            } else {
                MAPPER.registerSubtypes(new NamedType(subtype, subtype.getSimpleName()));
            }
        }
    }
}
