package dev.cistern.worker;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** Settings of the worker. */
@ConfigMapping(prefix = "cistern.worker")
public interface WorkerConfig {
    /** Its name, the same across restarts and no other's; the host's name by default. */
    Optional<String> name();

    /** The worker groups whose pools it reaches; a group of its own name by default. */
    Optional<List<String>> groups();

    /** How it takes commands. */
    @WithDefault("share")
    IntakeKind intake();

    /** Version of the worker, told in its heartbeats. */
    String version();

    /** Commands at once. */
    PerLane slots();

    /** Threads that take commands, for each worker group. */
    Consumers consumers();

    /**
     * Commands that such a thread takes at once from a share group, each into a slot that it keeps
     * free for it while it waits: all threads of a lane together no more than slots.
     */
    AtOnce atOnce();

    /** After so long without a heartbeat that arrived, it stops writing and takes nothing more. */
    @WithDefault("15s")
    Duration lease();

    /** How long the storage of a pool may take to answer before it counts as hanging. */
    @WithDefault("10s")
    Duration probePatience();

    /** How long what an operation left behind is kept. */
    Retention retention();

    /**
     * Folder with the passphrases of encrypted volumes, each in a file that is called as the secret
     * and that the worker alone may read; none by default.
     */
    Optional<Path> secrets();

    /** How long trying a passphrase of a volume takes that is made here: QEMU's figure. */
    @WithDefault("2s")
    Duration passphraseTrial();

    /** What clients fetch and deliver. */
    Transfers transfers();

    /** How clients reach it. */
    interface Transfers {
        /** Its address for them; by default {@code http://}, and host and port of Quarkus. */
        Optional<String> url();
    }

    /** How fast it copies at most; 0 for as fast as it goes. */
    BytesPerSecond bytesPerSecond();

    /** Limits on copying. */
    interface BytesPerSecond {
        /** Of each operation. */
        @WithDefault("0")
        long operation();

        /** Of all operations on a pool together. */
        @WithDefault("0")
        long pool();
    }

    /** A number for each lane. */
    interface PerLane {
        /** Commands that touch metadata. */
        @WithDefault("64")
        int metadata();

        /** Commands that move bytes. */
        @WithDefault("2")
        int bulk();
    }

    /** Consumers for each lane. */
    interface Consumers {
        /** Of commands that touch metadata. */
        @WithDefault("2")
        int metadata();

        /** Of commands that move bytes. */
        @WithDefault("1")
        int bulk();
    }

    /** Commands taken with one request, for each lane. */
    interface AtOnce {
        /** Commands that touch metadata. */
        @WithDefault("16")
        int metadata();

        /** Commands that move bytes. */
        @WithDefault("1")
        int bulk();
    }

    /** How long leftovers are kept. */
    interface Retention {
        /** Unpublished images of operations that no longer run. */
        @WithDefault("1d")
        Duration staging();

        /** Outcomes that a late copy of a command is answered from; longer than Kafka keeps it. */
        @WithDefault("7d")
        Duration journal();
    }

    /** The ways to take commands. */
    enum IntakeKind {
        /** A share group: whichever worker is free takes the next. Kafka 4.2 or newer. */
        SHARE,
        /** A consumer group, for older brokers. */
        CLASSIC
    }
}
