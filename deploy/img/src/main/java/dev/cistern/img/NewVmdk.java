package dev.cistern.img;

import dev.cistern.image.Images;
import dev.cistern.image.storage.Access;
import dev.cistern.image.storage.FileStorage;
import dev.cistern.image.vmdk.VmdkOptions;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** Makes the files of a vmdk image, or makes them anew, under QEMU's locks. */
final class NewVmdk {
    private static final int MODE = 0644;

    private final Console console;
    private final String file;
    private final List<FileStorage> open = new ArrayList<>();
    private final List<String> made = new ArrayList<>();

    NewVmdk(Console console, String file) {
        this.console = console;
        this.file = file;
    }

    /** Makes it durably; the files that were made are removed if that fails. */
    void make(long capacity, VmdkOptions options) throws IOException {
        try (var place = Place.ofNew(console.resolve(file))) {
            var done = false;
            try {
                Images.create(capacity, options, place.file(), name -> empty(place, name));
                place.folder().sync();
                done = true;
            } finally {
                for (var storage : open) {
                    storage.close();
                }
                if (!done) {
                    for (var name : made) {
                        place.folder().unlink(name);
                    }
                }
            }
        }
    }

    private FileStorage empty(Place place, String name) throws IOException {
        var isNew = place.folder().status(name).isEmpty();
        var storage =
                isNew
                        ? place.folder().createFile(name, MODE)
                        : place.folder().openFile(name, Access.READ_WRITE);
        open.add(storage);
        if (isNew) {
            made.add(name);
        }
        Place.lock(storage, Access.READ_WRITE);
        storage.truncate(0);
        return storage;
    }
}
