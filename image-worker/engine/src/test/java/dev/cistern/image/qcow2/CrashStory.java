package dev.cistern.image.qcow2;

import dev.cistern.image.storage.MemoryStorage;
import dev.cistern.image.storage.PowerCuts;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** A story, the image that it begins with and the tale itself. */
interface CrashStory {
    Qcow2Options SMALL = Qcow2Options.DEFAULT.withClusterSize(512);
    ImageTables.CacheSize TWO_SLICES = new ImageTables.CacheSize(1024, 1024);

    String name();

    Qcow2Options options();

    int capacity();

    /** Content of the image below, empty for none. */
    byte[] below();

    void tell(CrashScene scene) throws IOException;

    /** Makes what is there when the story begins. */
    default void prepare(Qcow2Image image) throws IOException {}

    /** Whether nothing may ever be marked copied whose refcount is not one. */
    default boolean strict() {
        return false;
    }

    /** Whether there is no time for all of its states. */
    default boolean isLong() {
        return false;
    }

    default CrashScene begin(Set<Barrier> omitted) throws IOException {
        var file = new MemoryStorage("start");
        var data = new MemoryStorage("data");
        Qcow2Creator.create(
                capacity(),
                below().length == 0 ? options() : options().withBacking(CrashScene.BELOW, "raw"),
                file,
                options().dataFile().map(_ -> data));
        var around =
                Surroundings.below((name, _, _) -> CrashScene.below(name, below()))
                        .withDataFile((_, _, _) -> data)
                        .withSecret(Encrypted.secret());
        try (var image = Qcow2Image.open(file, true, around)) {
            prepare(image);
        }
        var bytes = ByteBuffer.allocate((int) (data.size() + file.size()));
        data.readFully(bytes.limit((int) data.size()), 0);
        file.readFully(bytes.limit(bytes.capacity()), 0);
        return new CrashScene(bytes.array(), (int) data.size(), below(), TWO_SLICES, omitted);
    }

    /** What is wrong with a state that some crash leaves; stops at the first. */
    default Optional<String> firstWrong(Set<Barrier> omitted, int seeds, List<byte[]> states)
            throws IOException {
        var scene = begin(omitted);
        tell(scene);
        var wrong = new ArrayList<String>();
        var seen = new HashMap<Integer, Set<Integer>>();
        new PowerCuts(scene.start(), scene.storage().changes(), seeds)
                .forEach(
                        (cut, file) -> {
                            var known = seen.computeIfAbsent(cut, _ -> new HashSet<>());
                            if (known.add(Arrays.hashCode(file))) {
                                scene.judge(cut, file, strict())
                                        .ifPresent(
                                                what ->
                                                        wrong.add(
                                                                "after %d changes of %d: %s"
                                                                        .formatted(
                                                                                cut,
                                                                                scene.storage()
                                                                                        .count(),
                                                                                what)));
                                states.add(file);
                            }
                            return wrong.isEmpty();
                        });
        return wrong.stream().findFirst();
    }
}
