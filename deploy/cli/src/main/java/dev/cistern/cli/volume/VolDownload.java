package dev.cistern.cli.volume;

import dev.cistern.cli.command.Session;
import dev.cistern.cli.command.Verb;
import dev.cistern.cli.http.Failure;
import dev.cistern.cli.text.ByteSize;
import dev.cistern.cli.transfer.Download;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code vol-download}. */
@Command(
        name = "vol-download",
        description = {
            "Downloads a volume into a file, as its own file is.",
            "A connection that breaks is made again; a worker that dies is followed by the next."
        },
        footer =
                "%nExample: cistern vol-download web1.qcow2 /tmp/web1.qcow2 --pool images --sparse")
public final class VolDownload extends Verb {
    @Mixin private VolumeArgument volume = new VolumeArgument();

    @Parameters(
            index = "1",
            paramLabel = "FILE",
            description = "where it goes, in place of what is there; - for standard output")
    private String file = "";

    @Option(names = "--offset", description = "the first byte to download (default: 0)")
    private ByteSize offset = new ByteSize(0);

    @Option(names = "--length", description = "how many bytes (default: to the end)")
    private @Nullable ByteSize length;

    @Option(names = "--sparse", description = "zeroes become holes in the file")
    private boolean sparse;

    @Option(
            names = "--format",
            paramLabel = "FORMAT",
            description = "raw for what a guest reads of the volume, whatever its format")
    private @Nullable String format;

    @Mixin private ConnectionCount connections = new ConnectionCount();

    @Override
    protected void run(Session session) throws Failure {
        var download =
                new Download(
                        offset.bytes(),
                        length == null ? null : length.bytes(),
                        sparse,
                        format,
                        connections.get());
        var route = volume.route(session.api());
        if (file.equals("-")) {
            var _ = download.toOutput(session, route);
        } else {
            session.answer(
                    download.toFile(session, route, file).body(),
                    "Vol %s downloaded to %s".formatted(volume, file));
        }
    }
}
