package dev.cistern.worker.command;

import dev.cistern.common.message.Command;
import dev.cistern.common.message.Permissions;
import dev.cistern.common.message.Result;
import dev.cistern.common.problem.ProblemCode;
import dev.cistern.common.problem.ProblemException;
import dev.cistern.image.storage.Directory;
import dev.cistern.worker.execution.Work;
import dev.cistern.worker.folder.Ownership;
import dev.cistern.worker.folder.PoolPath;
import dev.cistern.worker.mount.FileSystems;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Makes a pool's folder, and those above it, where there are none, and the file system on its
 * device where that is asked for; as {@code virsh pool-build}.
 */
final class BuildPool implements CommandHandler<Command.BuildPool> {
    /** libvirt's, for a folder that it makes; one that is there keeps its own. */
    private static final int DEFAULT_MODE = 0711;

    @Override
    public List<String> crashPoints() {
        return List.of("publish");
    }

    @Override
    public Result handle(Command.BuildPool command, Work work) throws IOException {
        var path = PoolPath.of(command.pool());
        var parent = path.getParent();
        if (parent != null) {
            work.requireStanding();
            build(path, parent, command.permissions());
        }
        if (command.formatting() != null) {
            work.stage("making the file system");
            work.requireStanding();
            FileSystems.make(command.formatting(), work.operation());
        }
        work.crashPoint("publish");
        try (var folder = PoolPath.open(command.pool())) {
            return new Result.PoolBuilt(Ownership.of(folder.status()));
        }
    }

    private static void build(Path path, Path parent, Permissions permissions) throws IOException {
        Files.createDirectories(parent);
        try (var above = Directory.open(parent)) {
            var name = path.getFileName().toString();
            if (above.status(name).isEmpty()) {
                above.makeDirectory(name, DEFAULT_MODE);
                above.setMode(name, DEFAULT_MODE);
            } else if (!Files.isDirectory(path)) {
                throw new ProblemException(
                        ProblemCode.POOL_INACCESSIBLE,
                        "%s is not a folder: remove it, or define the pool with another path"
                                .formatted(path));
            }
            Ownership.apply(above, name, permissions);
            above.sync();
        }
    }
}
