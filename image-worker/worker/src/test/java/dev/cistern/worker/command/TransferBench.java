package dev.cistern.worker.command;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.cistern.common.message.Command;
import dev.cistern.common.message.ImageRef;
import dev.cistern.common.message.Result;
import dev.cistern.worker.Eventually;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.security.MessageDigest;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;

/** Clients that fetch and deliver over the port of a worker. */
abstract class TransferBench extends PoolBench {
    static final int MIB = 1 << 20;

    final BlockingQueue<String> urls = new LinkedBlockingQueue<>();

    @BeforeEach
    void prepare() throws Exception {
        bench.client = urls::add;
    }

    ImageRef raw() throws Exception {
        bench.run(pool.create(volume, "disk"));
        Qemu.io(pool.file("disk"), "raw", "write -P 1 0 64k");
        Qemu.io(pool.file("disk"), "raw", "write -P 2 512k 64k");
        return pool.image("disk", "raw");
    }

    ImageRef qcow2() throws Exception {
        bench.run(pool.create(volume, "disk", "qcow2"));
        Qemu.io(pool.file("disk"), "qcow2", "write -P 1 0 64k");
        Qemu.io(pool.file("disk"), "qcow2", "write -P 2 512k 64k");
        return pool.image("disk", "qcow2");
    }

    TransferClient begin(Command command) throws Exception {
        bench.submit(operation, 1, command);
        var url = urls.poll(30, TimeUnit.SECONDS);
        assertThat(url).as("the command has ended: %s", bench.results).isNotNull();
        return new TransferClient(String.valueOf(url));
    }

    Result finish(TransferClient client) throws Exception {
        assertThat(client.send("POST", "/finish").statusCode()).isEqualTo(204);
        return end();
    }

    Result end() throws Exception {
        Eventually.that("the end of the transfer", () -> !bench.hand.runs(operation));
        Eventually.that("its result", () -> !results().isEmpty());
        return results().getLast();
    }

    List<Result> results() {
        return bench.results.stream()
                .filter(result -> result.operation().equals(operation))
                .map(result -> result.result())
                .toList();
    }

    static JsonNode json(HttpResponse<byte[]> answer) throws IOException {
        return new ObjectMapper().readTree(answer.body());
    }

    static byte[] sha256(byte... bytes) throws Exception {
        return MessageDigest.getInstance("SHA-256").digest(bytes);
    }

    void requireAsBefore(String format) throws Exception {
        Qemu.io(pool.file("disk"), format, "read -P 1 0 64k");
        Qemu.io(pool.file("disk"), format, "read -P 2 512k 64k");
        assertThat(pool.files()).containsExactly("disk");
        assertThat(pool.staged()).isEmpty();
    }
}
