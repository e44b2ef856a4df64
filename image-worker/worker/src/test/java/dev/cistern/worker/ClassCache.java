package dev.cistern.worker;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.spi.ToolProvider;

/**
 * What the JDK has loaded and linked ahead for JVMs with the class path of the tests: half of what
 * a short run takes. It fits a class path of nothing but jars.
 */
public final class ClassCache {
    private final String classPath;
    private final Path cache;

    private ClassCache(String classPath, Path cache) {
        this.classPath = classPath;
        this.cache = cache;
    }

    /** Makes one in a folder, of what a run of a class loads. */
    public static ClassCache of(Path folder, Class<?> main, String... arguments)
            throws IOException, InterruptedException {
        var made = new ClassCache(jars(folder), folder.resolve("classes.aot"));
        var command =
                ChildJvm.command(List.of("-XX:AOTCacheOutput=" + made.cache), main, arguments);
        var output = folder.resolve("output").toFile();
        var process = ChildJvm.start(made.onJars(command), output);
        assertThat(process.waitFor(5, TimeUnit.MINUTES)).isTrue();
        assertThat(made.cache).as(Files.readString(output.toPath())).exists();
        return made;
    }

    /** A command line of {@link ChildJvm}, made quick. */
    public List<String> quick(List<String> command) {
        var quick = onJars(command);
        quick.addAll(1, List.of("-XX:AOTCache=" + cache, "-Xlog:aot*=off,cds*=off"));
        return quick;
    }

    private List<String> onJars(List<String> command) {
        var changed = new ArrayList<>(command);
        changed.set(changed.indexOf("-cp") + 1, classPath);
        return changed;
    }

    private static String jars(Path folder) {
        var entries = System.getProperty("java.class.path").split(File.pathSeparator, -1);
        for (var index = 0; index < entries.length; index++) {
            if (Files.isDirectory(Path.of(entries[index]))) {
                entries[index] = jar(folder.resolve(index + ".jar"), entries[index]);
            }
        }
        return String.join(File.pathSeparator, entries);
    }

    private static String jar(Path file, String classes) {
        var jar = file.toString();
        var status =
                ToolProvider.findFirst("jar")
                        .orElseThrow()
                        .run(System.out, System.err, "--create", "--file", jar, "-C", classes, ".");
        assertThat(status).as("jar of %s", classes).isZero();
        return jar;
    }
}
