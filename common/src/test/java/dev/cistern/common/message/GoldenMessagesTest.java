package dev.cistern.common.message;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The messages as they are written on Kafka. A golden file changes by addition only: what an older
 * process has sent must stay readable.
 */
class GoldenMessagesTest {
    private static final Path FILES = Path.of("src/test/resources/messages");
    private static final ObjectMapper PLAIN = new ObjectMapper();

    /** The types that a topic carries, and those that these may be. */
    static Stream<Message> messages() {
        return Stream.concat(
                Stream.of(Command.class, Result.class, Control.class, InternalEvent.class)
                        .flatMap(type -> subtypes(type).map(subtype -> new Message(type, subtype))),
                Stream.of(CommandMessage.class, ResultMessage.class, Heartbeat.class)
                        .map(type -> new Message(type, type)));
    }

    record Message(Class<?> readAs, Class<?> type) {
        Path file() {
            return FILES.resolve(type.getSimpleName() + ".json");
        }

        @Override
        public String toString() {
            return type.getSimpleName();
        }
    }

    private static Stream<Class<?>> subtypes(Class<?> type) {
        return type.isSealed()
                ? Arrays.stream(type.getPermittedSubclasses()).flatMap(GoldenMessagesTest::subtypes)
                : Stream.of(type);
    }

    @ParameterizedTest
    @MethodSource("messages")
    void isWrittenAsItWasRead(Message message) throws IOException {
        var golden = Files.readAllBytes(message.file());

        var read = Json.read(golden, message.readAs());

        assertThat(read).isInstanceOf(message.type());
        assertThat(PLAIN.readTree(Json.bytes(read))).isEqualTo(PLAIN.readTree(golden));
        assertThat(Json.read(Json.bytes(read), message.readAs())).isEqualTo(read);
    }

    /** So that the golden file of a message with a new member is extended. */
    @ParameterizedTest
    @MethodSource("messages")
    void everyMemberIsInTheGoldenFile(Message message) throws IOException {
        var golden = PLAIN.readTree(Files.readAllBytes(message.file()));

        for (var component : message.type().getRecordComponents()) {
            assertThat(golden.has(component.getName())).as(component.getName()).isTrue();
        }
    }

    @ParameterizedTest
    @MethodSource("messages")
    void membersOfALaterVersionArePassedOver(Message message) throws IOException {
        var golden = Files.readAllBytes(message.file());
        var later = (ObjectNode) PLAIN.readTree(golden);
        later.put("sinceVersion9", "x").putObject("alsoSince9").put("y", 1);

        assertThat(Json.read(PLAIN.writeValueAsBytes(later), message.readAs()))
                .isEqualTo(Json.read(golden, message.readAs()));
    }

    @Test
    void everyGoldenFileBelongsToAMessage() throws IOException {
        Set<Path> known = messages().map(Message::file).collect(Collectors.toSet());
        try (var files = Files.list(FILES)) {
            assertThat(files.collect(Collectors.toSet())).isEqualTo(known);
        }
    }

    @Test
    void anUnknownTypeIsAnIoException() {
        for (var type : Set.of(Command.class, Result.class, Control.class, InternalEvent.class)) {
            assertThatThrownBy(() -> read("{\"type\":\"FromTheFuture\",\"x\":1}", type))
                    .isInstanceOf(IOException.class);
            assertThatThrownBy(() -> read("{\"x\":1}", type)).isInstanceOf(IOException.class);
        }
    }

    @Test
    void whatIsNoMessageIsAnIoException() {
        for (var json : Set.of("", "null", "[]", "{", "\"text\"", "\0")) {
            assertThatThrownBy(() -> read(json, ResultMessage.class))
                    .as(json)
                    .isInstanceOf(IOException.class);
        }
    }

    @Test
    void noTextHasANul() throws IOException {
        var facts =
                read(
                        "{\"type\":\"VolumeCreated\",\"file\":{\"backingFile\":\"a\\u0000b\"}}",
                        Result.class);

        assertThat(((Result.VolumeCreated) facts).file().backingFile()).isEqualTo("a\uFFFDb");
    }

    @Test
    void theIdOfAResultTellsAttemptsAndPagesApart() throws IOException {
        var result =
                Json.read(
                        Files.readAllBytes(FILES.resolve("ResultMessage.json")),
                        ResultMessage.class);
        var page =
                new ResultMessage(
                        result.operation(),
                        2,
                        result.owner(),
                        "w",
                        result.at(),
                        null,
                        read("{\"type\":\"PoolScanPage\",\"page\":7,\"files\":[]}", Result.class));

        assertThat(result.id()).isEqualTo(result.operation() + ".2");
        assertThat(page.id()).isEqualTo(result.operation() + ".2.page7");
    }

    private static <T> T read(String json, Class<T> type) throws IOException {
        return Json.read(json.getBytes(StandardCharsets.UTF_8), type);
    }
}
