package dev.cistern.cli.pool;

import dev.cistern.cli.command.Session;
import dev.cistern.cli.command.Verb;
import dev.cistern.cli.http.Failure;
import dev.cistern.cli.text.XmlText;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code pool-dumpxml}. */
@Command(
        name = "pool-dumpxml",
        description = "Writes a pool as libvirt's XML.",
        footer = "%nExample: cistern pool-dumpxml images > images.xml")
public final class PoolDumpXml extends Verb {
    @Mixin private PoolName pool = new PoolName();

    @Option(
            names = "--inactive",
            description = "as in virsh; a pool of Cistern's has one definition only")
    @SuppressWarnings("UnusedVariable") // there is no other
    private boolean inactive;

    @Override
    protected void run(Session session) throws Failure {
        if (session.json()) {
            session.print(session.api().get(pool.route()));
        } else {
            var xml = session.api().getXml(pool.route());
            session.out()
                    .println(XmlText.of(xml.stripTrailing(), session.surroundings().charset()));
        }
    }
}
