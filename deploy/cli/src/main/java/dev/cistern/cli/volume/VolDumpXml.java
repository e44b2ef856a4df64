package dev.cistern.cli.volume;

import dev.cistern.cli.command.Session;
import dev.cistern.cli.command.Verb;
import dev.cistern.cli.http.Failure;
import dev.cistern.cli.text.XmlText;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code vol-dumpxml}. */
@Command(
        name = "vol-dumpxml",
        description = "Writes a volume as libvirt's XML.",
        footer = "%nExample: cistern vol-dumpxml web1.qcow2 --pool images > web1.xml")
public final class VolDumpXml extends Verb {
    @Mixin private VolumeName volume = new VolumeName();

    @Override
    protected void run(Session session) throws Failure {
        var route = volume.route(session.api());
        if (session.json()) {
            session.print(session.api().get(route));
        } else {
            var xml = session.api().getXml(route);
            session.out()
                    .println(XmlText.of(xml.stripTrailing(), session.surroundings().charset()));
        }
    }
}
