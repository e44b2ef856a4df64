package dev.cistern.cli.volume;

import dev.cistern.cli.command.Session;
import dev.cistern.cli.command.Verb;
import dev.cistern.cli.http.Failure;
import dev.cistern.cli.text.ByteSize;
import dev.cistern.cli.transfer.Upload;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code vol-upload}. */
@Command(
        name = "vol-upload",
        description = {
            "Uploads a file into a volume, as its own file is to be: an image of its format.",
            "The volume is what it was until all has come and is found to be such an image."
        },
        footer = {
            "%nExample: cistern vol-upload web1.qcow2 /tmp/web1.qcow2 --pool images",
            "         curl -s https://example.org/web1.qcow2 | cistern vol-upload web1.qcow2 - --pool images"
        })
public final class VolUpload extends Verb {
    @Mixin private VolumeArgument volume = new VolumeArgument();

    @Parameters(
            index = "1",
            paramLabel = "FILE",
            description = "what is uploaded; - for standard input")
    private String file = "";

    @Option(
            names = "--size",
            description =
                    "how many bytes standard input has, which is then sent as it comes instead of from a temporary file")
    private @Nullable ByteSize size;

    @Option(
            names = "--offset",
            description = "where in a raw volume the file goes; the rest stays as it is")
    private @Nullable ByteSize offset;

    @Option(
            names = "--length",
            description = "how many bytes of the file; the rest of a raw volume stays as it is")
    private @Nullable ByteSize length;

    @Option(
            names = "--sparse",
            description = "zeroes are not sent, and become holes of the volume's file")
    private boolean sparse;

    @Mixin private ConnectionCount connections = new ConnectionCount();

    @Override
    protected void run(Session session) throws Failure {
        var fromInput = file.equals("-");
        if (size != null && !fromInput) {
            throw misuse("--size is of standard input: the size of '%s' is known".formatted(file));
        }
        var upload =
                new Upload(
                        offset == null ? null : offset.bytes(),
                        length == null ? null : length.bytes(),
                        sparse,
                        connections.get());
        var route = volume.route(session.api());
        session.answer(
                (fromInput
                                ? upload.fromInput(
                                        session, route, size == null ? null : size.bytes())
                                : upload.fromFile(session, route, file))
                        .body(),
                "Vol %s uploaded from %s".formatted(volume, file));
    }
}
