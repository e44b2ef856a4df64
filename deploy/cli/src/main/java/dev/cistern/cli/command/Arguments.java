package dev.cistern.cli.command;

import dev.cistern.cli.text.ByteSize;
import dev.cistern.cli.text.Durations;
import java.time.Duration;
import picocli.CommandLine;
import picocli.CommandLine.TypeConversionException;

/** How arguments of our own types are read. */
public final class Arguments {
    private Arguments() {}

    /** Teaches a command line and its verbs to read them. */
    public static void teach(CommandLine line) {
        line.registerConverter(ByteSize.class, Arguments::size);
        line.registerConverter(Duration.class, Arguments::duration);
    }

    private static ByteSize size(String text) {
        try {
            return ByteSize.parse(text);
        } catch (IllegalArgumentException e) {
            throw new TypeConversionException(e.getMessage());
        }
    }

    private static Duration duration(String text) {
        try {
            return Durations.parse(text);
        } catch (IllegalArgumentException e) {
            throw new TypeConversionException(e.getMessage());
        }
    }
}
