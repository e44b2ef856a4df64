package dev.cistern.image.storage;

import dev.cistern.image.storage.StorageCapabilities.Support;
import java.io.IOException;
import java.util.concurrent.ConcurrentHashMap;

/**
 * What is known of a file system's abilities, over all of its files: what it has refused once is
 * not asked for again.
 */
final class FileSystemAbilities {
    private static final ConcurrentHashMap<Key, FileSystemAbilities> KNOWN =
            new ConcurrentHashMap<>();

    private final String type;
    private final ConcurrentHashMap<Ability, Support> supports = new ConcurrentHashMap<>();

    /** What not every file system can do. */
    enum Ability {
        ZERO_RANGE,
        PUNCH_HOLE,
        ALLOCATE,
        SEEK_HOLE,
        REFLINK,
        COPY_RANGE
    }

    /** A device's number may be another file system's later. */
    private record Key(long device, String type) {}

    private FileSystemAbilities(String type) {
        this.type = type;
    }

    /** Those of the file system that a file is on. */
    static FileSystemAbilities of(int descriptor, String path) throws IOException {
        var device = FileStatus.of(descriptor, path).device();
        var type = FileSystemFigures.type(descriptor, path);
        return KNOWN.computeIfAbsent(new Key(device, type), _ -> new FileSystemAbilities(type));
    }

    /** Whether it is worth asking for. */
    boolean mayBe(Ability ability) {
        return support(ability) != Support.NO;
    }

    private Support support(Ability ability) {
        return supports.getOrDefault(ability, Support.UNTRIED);
    }

    /** It was asked for, and done or refused for good. */
    boolean found(Ability ability, boolean done) {
        var now = done ? Support.YES : Support.NO;
        if (support(ability) != now) {
            supports.put(ability, now);
        }
        return done;
    }

    StorageCapabilities known() {
        return new StorageCapabilities(
                type,
                support(Ability.ZERO_RANGE),
                support(Ability.PUNCH_HOLE),
                support(Ability.ALLOCATE),
                support(Ability.SEEK_HOLE),
                support(Ability.REFLINK),
                support(Ability.COPY_RANGE));
    }
}
