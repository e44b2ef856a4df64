package dev.cistern.cli.pool;

import dev.cistern.cli.command.Session;
import dev.cistern.cli.command.Verb;
import dev.cistern.cli.http.Failure;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code pool-define}. */
@Command(
        name = "pool-define",
        description = "Defines a pool by a file with libvirt's XML, or with JSON.",
        footer = {
            "%nExample: cistern pool-define /etc/libvirt/storage/default.xml",
            "         virsh pool-dumpxml default | cistern pool-define -"
        })
public final class PoolDefine extends Verb {
    @Parameters(paramLabel = "FILE", description = "- for standard input")
    private String file = "";

    @Override
    protected void run(Session session) throws Failure {
        var pool = PoolDefinitions.define(session, file);
        session.answer(pool, "Pool %s defined from %s".formatted(pool.path("name").asText(), file));
    }
}
