package dev.cistern.worker.command;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cistern.common.message.Command;
import dev.cistern.common.message.Permissions;
import dev.cistern.common.message.Result;
import dev.cistern.worker.command.CrashTest.Scene;
import java.nio.file.Files;
import java.util.List;

/** Commands about a pool as a whole. */
final class PoolScenes {
    private PoolScenes() {}

    /** One of each type. */
    static List<Command> commands(TestPool pool) {
        var place = pool.place();
        return List.of(
                new Command.BuildPool(place, Permissions.POOL_DEFAULT),
                new Command.StartPool(place, false),
                new Command.StopPool(place),
                new Command.ReleasePool(place),
                new Command.DeletePool(place, null),
                new Command.ScanPool(place, null),
                new Command.LookAtFile(place, "file"));
    }

    static final class Building implements Scene {
        @Override
        public Command prepare(TestPool pool, Workbench bench) throws Exception {
            Files.delete(pool.path());
            return new Command.BuildPool(pool.place(), Permissions.POOL_DEFAULT);
        }

        @Override
        public void check(TestPool pool, Result result) {
            assertThat(result).isInstanceOf(Result.PoolBuilt.class);
            assertThat(pool.path()).isEmptyDirectory();
        }
    }

    static final class Starting implements Scene {
        @Override
        public Command prepare(TestPool pool, Workbench bench) {
            return new Command.StartPool(pool.place(), false);
        }

        @Override
        public void check(TestPool pool, Result result) {
            assertThat(result).isInstanceOf(Result.PoolStarted.class);
            assertThat(pool.house("pool")).exists();
        }
    }

    static final class Stopping implements Scene {
        @Override
        public Command prepare(TestPool pool, Workbench bench) throws Exception {
            bench.run(new Command.StartPool(pool.place(), false));
            return new Command.StopPool(pool.place());
        }

        @Override
        public void check(TestPool pool, Result result) {
            assertThat(result).isEqualTo(new Result.PoolStopped());
        }
    }

    static final class Releasing implements Scene {
        @Override
        public Command prepare(TestPool pool, Workbench bench) throws Exception {
            bench.run(new Command.StartPool(pool.place(), false));
            return new Command.ReleasePool(pool.place());
        }

        @Override
        public void check(TestPool pool, Result result) {
            assertThat(result).isEqualTo(new Result.PoolReleased());
            assertThat(pool.house("pool")).doesNotExist();
        }
    }

    static final class Removing implements Scene {
        @Override
        public Command prepare(TestPool pool, Workbench bench) throws Exception {
            bench.run(new Command.StartPool(pool.place(), false));
            return new Command.DeletePool(pool.place(), null);
        }

        @Override
        public void check(TestPool pool, Result result) {
            assertThat(result).isEqualTo(new Result.PoolDeleted());
            assertThat(pool.path()).doesNotExist();
        }
    }

    static final class Looking implements Scene {
        @Override
        public Command prepare(TestPool pool, Workbench bench) throws Exception {
            bench.run(new Command.StartPool(pool.place(), false));
            Files.writeString(pool.file("file"), "the user's");
            return new Command.LookAtFile(pool.place(), "file");
        }

        @Override
        public void check(TestPool pool, Result result) throws Exception {
            assertThat(result)
                    .isInstanceOfSatisfying(
                            Result.FileSeen.class,
                            seen -> assertThat(seen.file().name()).isEqualTo("file"));
            assertThat(pool.files()).containsExactly("file");
        }
    }

    static final class Scanning implements Scene {
        @Override
        public Command prepare(TestPool pool, Workbench bench) throws Exception {
            bench.run(new Command.StartPool(pool.place(), false));
            Files.writeString(pool.file("file"), "the user's");
            return new Command.ScanPool(pool.place(), null);
        }

        @Override
        public void check(TestPool pool, Result result) throws Exception {
            assertThat(result).isInstanceOf(Result.PoolScanned.class);
            assertThat(pool.files()).containsExactly("file");
        }
    }
}
