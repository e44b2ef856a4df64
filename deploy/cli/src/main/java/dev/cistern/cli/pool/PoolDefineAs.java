package dev.cistern.cli.pool;

import dev.cistern.cli.command.Session;
import dev.cistern.cli.command.Verb;
import dev.cistern.cli.http.Failure;
import dev.cistern.cli.http.Route;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code pool-define-as}. */
@Command(
        name = "pool-define-as",
        description = "Defines a pool by arguments.",
        footer = {
            "%nExample: cistern pool-define-as images dir --target /var/lib/libvirt/images",
            "         cistern pool-define-as images dir - - - - /var/lib/libvirt/images",
            "         cistern pool-define-as nas netfs nas.example.org /exports - - /mnt/nas"
        })
public final class PoolDefineAs extends Verb {
    @Mixin private PoolArguments pool = new PoolArguments();

    @Override
    protected void run(Session session) throws Failure {
        session.answer(
                session.api().post(Route.of("pools"), pool.body()),
                "Pool %s defined".formatted(pool.name()));
    }
}
