package dev.cistern.cli.command;

import dev.cistern.cli.text.StandardError;
import java.io.InputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.function.BooleanSupplier;

/**
 * What the client finds itself in.
 *
 * @param charset of {@code out}
 * @param watched whether {@code err} is a terminal
 */
public record Surroundings(
        InputStream in,
        PrintWriter out,
        PrintWriter err,
        Charset charset,
        Map<String, String> environment,
        BooleanSupplier watched) {

    /** Those of this process. */
    public static Surroundings ofProcess() {
        return new Surroundings(
                System.in,
                writer(System.out, false),
                writer(System.err, true),
                charset(System.out),
                System.getenv(),
                StandardError::isTerminal);
    }

    private static PrintWriter writer(PrintStream stream, boolean flushes) {
        return new PrintWriter(stream, flushes, charset(stream));
    }

    /**
     * That of the locale; a locale that knows no more than ASCII (C, POSIX) cares about no other.
     */
    private static Charset charset(PrintStream stream) {
        return stream.charset().equals(StandardCharsets.US_ASCII)
                ? StandardCharsets.UTF_8
                : stream.charset();
    }

    /** A variable of the environment; empty if it is not set. */
    public String variable(String name) {
        return environment.getOrDefault(name, "");
    }
}
