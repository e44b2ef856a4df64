package dev.cistern.worker.command;

import dev.cistern.common.message.Command;
import dev.cistern.common.message.FileFacts;
import dev.cistern.common.message.Result;
import dev.cistern.common.problem.ProblemCode;
import dev.cistern.common.problem.ProblemException;
import dev.cistern.image.storage.Directory;
import dev.cistern.worker.execution.PoolProbes;
import dev.cistern.worker.execution.Work;
import dev.cistern.worker.folder.PoolFolder;
import java.io.IOException;
import java.util.List;

/** Tells of one file what a scan would tell of it. */
final class LookAtFile implements CommandHandler<Command.LookAtFile> {
    private final PoolProbes probes;

    LookAtFile(PoolProbes probes) {
        this.probes = probes;
    }

    @Override
    public List<String> crashPoints() {
        return List.of();
    }

    @Override
    public Result handle(Command.LookAtFile command, Work work) throws IOException {
        VolumeNames.require(command.name());
        try (var pool = PoolFolder.open(command.pool())) {
            probes.watch(command.pool());
            work.stage("looking at the file");
            return new Result.FileSeen(facts(command.name(), pool));
        }
    }

    private static FileFacts facts(String name, PoolFolder pool) throws IOException {
        var status = pool.files().status(name).orElseThrow(() -> notFound(name, pool.files()));
        if (!status.isRegular()) {
            throw new ProblemException(
                    ProblemCode.UNSUPPORTED,
                    "%s in the pool folder %s is no ordinary file"
                            .formatted(name, pool.files().path()));
        }
        var records = new RecordedFiles(pool);
        return new Parts(pool, records::of).told(records.facts(name, status));
    }

    /** There is no file of that name, or not any more. */
    static ProblemException notFound(String name, Directory folder) {
        return new ProblemException(
                ProblemCode.FILE_NOT_FOUND,
                "the pool folder %s has no file %s".formatted(folder.path(), name));
    }
}
