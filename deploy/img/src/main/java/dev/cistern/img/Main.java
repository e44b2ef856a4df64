package dev.cistern.img;

import java.io.BufferedOutputStream;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;

/** {@code cistern img}, as a program. */
public final class Main {
    private Main() {}

    /** Runs one command line; the exit code is qemu-img's. */
    public static void main(String... words) {
        var out = stream(FileDescriptor.out);
        var err = stream(FileDescriptor.err);
        var status = QemuImg.run(new Console(Path.of(""), System.in, out, err), List.of(words));
        err.flush();
        out.flush();
        status = out.checkError() ? Math.max(1, status) : status;
        if (status != 0) {
            System.exit(status);
        }
    }

    private static PrintStream stream(FileDescriptor descriptor) {
        return new PrintStream(
                new BufferedOutputStream(new FileOutputStream(descriptor)),
                false,
                StandardCharsets.UTF_8);
    }
}
