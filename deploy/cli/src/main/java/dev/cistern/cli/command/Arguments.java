package dev.cistern.cli.command;

import dev.cistern.cli.text.ByteSize;
import dev.cistern.cli.text.Durations;
import java.time.Duration;
import java.util.Arrays;
import picocli.CommandLine;
import picocli.CommandLine.TypeConversionException;

/** How arguments of our own types are read. */
public final class Arguments {
    /** What Java puts in place of bytes that are no letter. */
    private static final String UNREADABLE = "\ufffd";

    private Arguments() {}

    /** Teaches a command line and its verbs to read them. */
    public static void teach(CommandLine line) {
        line.registerConverter(ByteSize.class, Arguments::size);
        line.registerConverter(Duration.class, Arguments::duration);
    }

    /**
     * Whether the arguments arrived as they were typed. In the locale C, Java cannot read letters
     * beyond ASCII, and a volume of that name would be another one.
     */
    public static boolean areWhole(String... arguments) {
        return Arrays.stream(arguments).noneMatch(argument -> argument.contains(UNREADABLE));
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
