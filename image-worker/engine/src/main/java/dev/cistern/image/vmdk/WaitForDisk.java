package dev.cistern.image.vmdk;

import dev.cistern.image.storage.Storage;
import java.io.IOException;
import java.util.EnumSet;
import java.util.Set;

/**
 * The only way to make the files of an image wait for the disk.
 *
 * @param omitted barriers that are passed over, by which a test proves that each is needed; none
 *     but in tests
 */
record WaitForDisk(Set<Barrier> omitted) {
    static final WaitForDisk ALWAYS = new WaitForDisk(EnumSet.noneOf(Barrier.class));

    /** Everything written to the file before is on the disk before anything written after. */
    void await(Barrier barrier, Storage file) throws IOException {
        if (!omitted.contains(barrier)) {
            file.sync();
        }
    }
}
