package dev.cistern.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The script {@code cistern} in a small tree of its own, whose Maven and JDK only write down what
 * they are asked.
 */
class ScriptTest {
    @TempDir Path tree;

    private record Outcome(int code, String output) {}

    @BeforeEach
    void plant() throws IOException {
        Path script = Path.of(System.getProperty("basedir"), "../../cistern").normalize();
        Files.copy(script, tree.resolve("cistern"));
        program("jdk/bin/javac", "");
        program("jdk/bin/java", "echo java \"$@\"");
        Files.writeString(tree.resolve("jdk/release"), "JAVA_VERSION=\"25.0.3\"\n");
        file("pom.xml", "<project/>");
        file(".mvn/jvm.config", "");
        file(".mvn/wrapper/maven-wrapper.properties", "");
        file("deploy/pom.xml", "<project/>");
        file("deploy/apps/pom.xml", "<project/>");
        file("deploy/cli/pom.xml", "<project/>");
        file("deploy/cli/src/main/java/A.java", "class A {}");
        mavenSays("mkdir -p deploy/cli/target && touch deploy/cli/target/cistern-cli.jar");
    }

    @Test
    void buildsWhatIsMissingOnceAndRunsIt() throws Exception {
        assertThat(cistern("vol-list", "my pool").output())
                .contains("Building deploy/cli", "  Cistern cli (2 of 2)")
                .contains(
                        "deploy/cli/target/cistern-cli.jar dev.cistern.cli.Main vol-list my pool");

        assertThat(cistern("vol-list").output()).startsWith("java ").doesNotContain("Building");
    }

    @Test
    void buildsAgainWhenASourceHasChangedAndNotForATimestamp() throws Exception {
        cistern("vol-list");

        file("deploy/cli/src/main/java/A.java", "class A {}");
        assertThat(cistern("vol-list").output()).doesNotContain("Building");

        file("deploy/cli/src/test/java/ATest.java", "class ATest {}");
        assertThat(cistern("vol-list").output()).doesNotContain("Building");

        file("deploy/cli/src/main/java/A.java", "class A { int a; }");
        assertThat(cistern("vol-list").output()).contains("Building");
    }

    @Test
    void tellsWhatIsWrongWhenTheBuildFailsAndTriesAgainNextTime() throws Exception {
        mavenSays(
                """
                echo '[ERROR] /a/A.java:[1,1] cannot find symbol'
                echo '[ERROR] Re-run Maven using the -X switch'
                exit 1""");

        Outcome outcome = cistern("vol-list");

        assertThat(outcome.code()).isEqualTo(1);
        assertThat(outcome.output())
                .contains("cannot find symbol", "cistern: deploy/cli could not be built; ")
                .doesNotContain("Re-run", "java ");
        assertThat(cistern("vol-list").output()).contains("Building");
    }

    @Test
    void refusesAnOptionThatAServiceDoesNotHave() throws Exception {
        assertThat(cistern("pool-service", "--name", "a"))
                .isEqualTo(
                        new Outcome(
                                1,
                                "cistern: pool-service has no option --name (./cistern --help shows the options)\n"));
    }

    @Test
    void listsItsCommands() throws Exception {
        Outcome outcome = cistern("--help");

        assertThat(outcome.code()).isZero();
        assertThat(outcome.output())
                .contains("up ", "test ", "pool-service ", "image-worker ", "vol-create-as");
    }

    @Test
    void preparesAServiceOnceForQuickStarts() throws Exception {
        plantPoolService(
                """
                for word; do case $word in -XX:AOTCacheOutput=*) echo cache >"${word#*=}"; exit 1;; esac; done
                echo java "$@\"""");

        assertThat(cistern("pool-service").output())
                .contains("Preparing deploy/apps/pool-service for quick starts")
                .containsPattern("java .*-XX:AOTCache=\\S*/deploy/apps/pool-service/target/start-");

        assertThat(cistern("pool-service").output())
                .doesNotContain("Preparing")
                .contains("-XX:AOTCache=");

        file("pool-service/src/main/java/A.java", "class A { int a; }");
        assertThat(cistern("pool-service").output()).contains("Building", "Preparing");
    }

    @Test
    void startsAServiceThatCouldNotBePreparedAndDoesNotTryAgain() throws Exception {
        plantPoolService(
                """
                case "$*" in *AOTCacheOutput*) exit 1;; esac
                echo java "$@\"""");

        assertThat(cistern("pool-service", "--port", "1"))
                .satisfies(
                        outcome -> {
                            assertThat(outcome.code()).isZero();
                            assertThat(outcome.output())
                                    .contains("Preparing", "-Dquarkus.http.port=1")
                                    .doesNotContain("AOTCache");
                        });
        assertThat(cistern("pool-service").output()).contains("java ").doesNotContain("Preparing");
    }

    private void plantPoolService(String java) throws IOException {
        program("jdk/bin/java", java);
        file("common/pom.xml", "<project/>");
        file("pool-service/pom.xml", "<project/>");
        file("deploy/apps/pool-service/pom.xml", "<project/>");
        mavenSays(
                "mkdir -p deploy/apps/pool-service/target/quarkus-app && touch deploy/apps/pool-service/target/quarkus-app/quarkus-run.jar");
    }

    private Outcome cistern(String... words) throws Exception {
        List<String> command = new ArrayList<>(List.of(tree.resolve("cistern").toString()));
        command.addAll(List.of(words));
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().put("JAVA_HOME", tree.resolve("jdk").toString());
        builder.environment().remove("CISTERN_JVM_OPTIONS");
        Process process = builder.start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return new Outcome(process.waitFor(), output);
    }

    private void mavenSays(String script) throws IOException {
        program(
                "mvnw",
                """
                echo '[INFO] Building Cistern 1.0.0-SNAPSHOT                    [1/2]'
                echo '[INFO] Building Cistern cli 1.0.0-SNAPSHOT                [2/2]'
                echo '[INFO] Building jar: /a/b.jar'
                %s"""
                        .formatted(script));
    }

    private void program(String name, String script) throws IOException {
        file(name, "#!/bin/sh\n" + script + "\n");
        Files.setPosixFilePermissions(
                tree.resolve(name), PosixFilePermissions.fromString("rwx------"));
    }

    private void file(String name, String content) throws IOException {
        Path file = tree.resolve(name);
        Files.createDirectories(file.getParent());
        Files.writeString(file, content);
    }
}
