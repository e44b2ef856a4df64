package dev.cistern.worker.command;

import dev.cistern.image.lock.ImageLock;
import dev.cistern.image.storage.Access;
import dev.cistern.image.storage.Directory;
import java.io.Closeable;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/** The files with the data of an image of several, to which nobody writes until this is closed. */
final class HeldExtents implements Closeable {
    private final Deque<Closeable> held = new ArrayDeque<>();

    private HeldExtents() {}

    /**
     * Holds them.
     *
     * @throws dev.cistern.image.ImageInUseException if someone writes to one
     */
    static HeldExtents of(Directory folder, List<String> extents) throws IOException {
        var all = new HeldExtents();
        try {
            for (var extent : extents) {
                var storage = folder.openFile(extent, Access.READ);
                all.held.push(storage);
                all.held.push(ImageLock.reader(storage));
            }
            return all;
        } catch (IOException | RuntimeException e) {
            all.close();
            throw e;
        }
    }

    @Override
    public void close() throws IOException {
        while (!held.isEmpty()) {
            held.pop().close();
        }
    }
}
