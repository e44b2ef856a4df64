package dev.cistern.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cistern.common.problem.ProblemCode;
import dev.cistern.common.problem.ProblemException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SecretFolderTest {
    @TempDir Path folder;

    private Path file(String name, String content, String mode) throws Exception {
        var file = Files.writeString(folder.resolve(name), content);
        return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(mode));
    }

    private static SecretFolder folder(Optional<Path> path) {
        return new SecretFolder(path, Duration.ofSeconds(2));
    }

    private String opened(String name) {
        try (var secret = folder(Optional.of(folder.resolve("secrets"))).open(name)) {
            return new String(secret.bytes(), StandardCharsets.UTF_8);
        }
    }

    private void refused(String name, ProblemCode code) {
        assertThatThrownBy(() -> opened(name))
                .isInstanceOfSatisfying(
                        ProblemException.class,
                        problem -> assertThat(problem.problem().code()).isEqualTo(code));
    }

    @Test
    void aPassphraseIsWhatItsFileHas() throws Exception {
        Files.createDirectories(folder.resolve("secrets"));
        file("secrets/db.key_1", "correct horse\n", "rw-r-----");

        assertThat(opened("db.key_1")).isEqualTo("correct horse\n");
    }

    @Test
    void aLinkWithinTheFolderIsFollowedAndNoOther() throws Exception {
        Files.createDirectories(folder.resolve("secrets/..2026"));
        file("secrets/..2026/db", "horse", "rw-------");
        file("outside", "horse", "rw-------");
        Files.createSymbolicLink(folder.resolve("secrets/db"), Path.of("..2026/db"));
        Files.createSymbolicLink(folder.resolve("secrets/evil"), Path.of("../outside"));

        assertThat(opened("db")).isEqualTo("horse");
        refused("evil", ProblemCode.SECRET_UNAVAILABLE);
    }

    @ParameterizedTest
    @ValueSource(strings = {"../outside", "/etc/passwd", "..", ".hidden", "", "a/b", "a\0b", "é"})
    void aNameCannotLeaveTheFolder(String name) throws Exception {
        Files.createDirectories(folder.resolve("secrets"));
        file("outside", "horse", "rw-------");

        refused(name, ProblemCode.INVALID_REQUEST);
    }

    @ParameterizedTest
    @ValueSource(strings = {"rw-r--r--", "rw--w----", "rw-----w-"})
    void whatOthersMayReadOrChangeIsNoSecret(String mode) throws Exception {
        Files.createDirectories(folder.resolve("secrets"));
        file("secrets/db", "horse", mode);

        refused("db", ProblemCode.SECRET_UNAVAILABLE);
    }

    @Test
    void whatIsNoFileIsNoSecret() throws Exception {
        refused("db", ProblemCode.SECRET_UNAVAILABLE);
        Files.createDirectories(folder.resolve("secrets/folder"));
        file("secrets/empty", "", "rw-------");

        refused("db", ProblemCode.SECRET_UNAVAILABLE);
        refused("folder", ProblemCode.SECRET_UNAVAILABLE);
        refused("empty", ProblemCode.SECRET_UNAVAILABLE);
        assertThatThrownBy(() -> folder(Optional.empty()).open("db"))
                .hasMessageContaining("cistern.worker.secrets");
    }
}
