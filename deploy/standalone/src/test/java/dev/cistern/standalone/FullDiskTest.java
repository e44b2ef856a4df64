package dev.cistern.standalone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.abort;

import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runs the program on a small file system, which only its processes see, and fills that. */
class FullDiskTest {
    private static final long LIMIT_SECONDS = 60;

    /** Let in, it is refused for what it is; before that the disk counts. */
    private static final String UNREADABLE = "{";

    private static final String POOL =
            """
            {"name": "p", "type": "dir", "path": "/nowhere"}""";

    @TempDir Path mountPoint;

    @Test
    void writingIsRefusedAndReadingGoesOnUntilThereIsSpace() throws Exception {
        requireMounting();
        String data = mountPoint.resolve("data").toString();
        try (Program program =
                Program.startBy(mounting("900m"), "--data", data, "--port", "0").awaitReady()) {
            until(400, () -> program.post("/v1/pools", UNREADABLE));

            fillToTheLastByte(program);
            HttpResponse<String> refused = until(507, () -> program.post("/v1/pools", UNREADABLE));
            assertThat(refused.body()).contains("\"code\":\"storage-full\"");
            assertThat(refused.headers().firstValue("Content-Type"))
                    .hasValue("application/problem+json");
            assertThat(program.get("/v1/pools").statusCode()).isEqualTo(200);
            fillToTheLastByte(program);

            inside(program, "rm filler");
            until(400, () -> program.post("/v1/pools", UNREADABLE));
            until(200, () -> program.get("/q/health/ready"));
            assertThat(program.post("/v1/pools", POOL).statusCode()).isEqualTo(201);
        }
    }

    @Test
    void tooLittleSpaceToStartIsSaidInOneSentence() throws Exception {
        requireMounting();
        try (Program program =
                Program.startBy(mounting("300m"), "--data", mountPoint.toString(), "--port", "0")) {
            assertThat(program.awaitExit()).isEqualTo(1);
            assertThat(program.errors())
                    .singleElement()
                    .asString()
                    .matches(
                            "cistern: The data folder .* has [0-9]+ MiB free, but Cistern needs 512 MiB to start");
        }
    }

    /**
     * The second time there is space again, since the servers were given what was kept for them.
     */
    private void fillToTheLastByte(Program program) throws Exception {
        inside(program, "head -c 1000m /dev/zero >> filler || true");
    }

    private static HttpResponse<String> until(int status, Callable<HttpResponse<String>> request)
            throws Exception {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(LIMIT_SECONDS);
        HttpResponse<String> answer = request.call();
        while (answer.statusCode() != status) {
            if (System.nanoTime() > deadline) {
                throw new AssertionError(
                        "no %d within %d s but %s".formatted(status, LIMIT_SECONDS, answer.body()));
            }
            TimeUnit.MILLISECONDS.sleep(50);
            answer = request.call();
        }
        return answer;
    }

    private void inside(Program program, String script) throws Exception {
        run(
                List.of(
                        "nsenter",
                        "--target",
                        Long.toString(program.pid()),
                        "--mount",
                        "--user",
                        "--preserve-credentials",
                        "sh",
                        "-c",
                        "cd '%s' && %s".formatted(mountPoint, script)));
    }

    private List<String> mounting(String size) {
        String script =
                "mount -t tmpfs -o size=%s none '%s' && exec \"$@\"".formatted(size, mountPoint);
        return List.of("unshare", "--mount", "--map-root-user", "sh", "-c", script, "child");
    }

    /** Needs root or a user namespace, as CI has. */
    private void requireMounting() throws Exception {
        try {
            run(Stream.concat(mounting("1m").stream(), Stream.of("true")).toList());
        } catch (IOException e) {
            if (System.getProperty("oracle", "").equals("required")) {
                throw e;
            }
            abort("no file system can be mounted here: " + e.getMessage());
        }
    }

    private static void run(List<String> command) throws Exception {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (process.waitFor() != 0) {
            throw new IOException("%s failed: %s".formatted(command, output));
        }
    }
}
