package dev.cistern.worker;

import dev.cistern.common.message.Lane;
import dev.cistern.worker.WorkerConfig.IntakeKind;
import dev.cistern.worker.execution.Paces;
import dev.cistern.worker.folder.Reaper.Retention;
import dev.cistern.worker.messaging.Messaging.Intaking;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The settings of a worker, checked.
 *
 * @param name letters, digits, dots, dashes and underscores, since topics are named after groups
 * @param secrets folder with passphrases, if there is one
 * @param passphraseTrial how long trying one is to take in new images
 * @param slots commands at once, by lane; at least as many as consumers hold while they wait
 */
public record WorkerSettings(
        String name,
        String version,
        Map<Lane, Integer> slots,
        Intaking intaking,
        Duration lease,
        Duration probePatience,
        Retention retention,
        Paces.Limits paces,
        Optional<Path> secrets,
        Duration passphraseTrial) {
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9._-]{1,200}");

    /**
     * Checks.
     *
     * @throws IllegalArgumentException with a sentence that names the setting
     */
    public WorkerSettings {
        slots = Map.copyOf(slots);
        requireName("cistern.worker.name", name);
        intaking.groups().forEach(group -> requireName("cistern.worker.groups", group));
        for (var lane : Lane.values()) {
            requireSlots(lane, slots, intaking);
        }
    }

    /** The settings of a configuration. */
    public static WorkerSettings of(WorkerConfig config) {
        var name = config.name().orElseGet(WorkerSettings::hostName);
        return new WorkerSettings(
                name,
                config.version(),
                lanes(config.slots().metadata(), config.slots().bulk()),
                new Intaking(
                        config.intake() == IntakeKind.CLASSIC,
                        config.groups().orElse(List.of(name)),
                        lanes(config.consumers().metadata(), config.consumers().bulk()),
                        lanes(config.atOnce().metadata(), config.atOnce().bulk())),
                config.lease(),
                config.probePatience(),
                new Retention(config.retention().staging(), config.retention().journal()),
                new Paces.Limits(
                        config.bytesPerSecond().operation(), config.bytesPerSecond().pool()),
                config.secrets(),
                config.passphraseTrial());
    }

    private static Map<Lane, Integer> lanes(int metadata, int bulk) {
        var lanes = new EnumMap<Lane, Integer>(Lane.class);
        lanes.put(Lane.METADATA, metadata);
        lanes.put(Lane.BULK, bulk);
        return lanes;
    }

    private static String hostName() {
        try {
            return InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException e) {
            throw new IllegalArgumentException(
                    "the host has no name that resolves (%s): set cistern.worker.name"
                            .formatted(e.getMessage()),
                    e);
        }
    }

    private static void requireName(String setting, String name) {
        if (!NAME.matcher(name).matches()) {
            throw new IllegalArgumentException(
                    "%s is \"%s\": it may have letters, digits, dots, dashes and underscores, at most 200"
                            .formatted(setting, name));
        }
    }

    private static void requireSlots(Lane lane, Map<Lane, Integer> slots, Intaking intaking) {
        var held = intaking.held(lane);
        if (held < 1 || slots.getOrDefault(lane, 0) < held) {
            throw new IllegalArgumentException(
                    "the %s lane has %d slots, and its consumers in %d groups keep %d of them free while they wait: at least one consumer that takes one command, and no fewer slots, are needed (cistern.worker.slots, cistern.worker.consumers, cistern.worker.at-once)"
                            .formatted(
                                    lane.name().toLowerCase(java.util.Locale.ROOT),
                                    slots.getOrDefault(lane, 0),
                                    intaking.groups().size(),
                                    held));
        }
    }
}
