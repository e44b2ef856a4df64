package dev.cistern.soak.service;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** What qemu-img says of an image. */
record QemuImg(Path image) {
    private static final ObjectMapper JSON = new ObjectMapper();

    /** Formats in which there is something to check. */
    private static final Set<String> CHECKED = Set.of("qcow2", "vmdk");

    private record Run(int status, String output) {}

    /** Where it differs from what is said of it, and what is wrong inside. */
    List<String> violations(String format, long capacity) throws IOException, InterruptedException {
        var violations = new ArrayList<String>();
        var info = run("info", "-U", "--output=json", "-f", format, image.toString());
        if (info.status() != 0) {
            violations.add("%s as %s: %s".formatted(image, format, info.output()));
        } else if (JSON.readTree(info.output()).path("virtual-size").asLong() != capacity) {
            violations.add("%s should have %d bytes: %s".formatted(image, capacity, info.output()));
        }
        if (CHECKED.contains(format)) {
            var check = run("check", "-U", "-f", format, image.toString());
            if (check.status() != 0) {
                violations.add("%s is not sound: %s".formatted(image, check.output()));
            }
        }
        return violations;
    }

    private static Run run(String... arguments) throws IOException, InterruptedException {
        var command = new ArrayList<>(List.of("qemu-img"));
        command.addAll(List.of(arguments));
        var process = new ProcessBuilder(command).redirectErrorStream(true).start();
        var output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return new Run(process.waitFor(), output.strip());
    }
}
