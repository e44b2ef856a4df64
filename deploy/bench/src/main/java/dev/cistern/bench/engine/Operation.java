package dev.cistern.bench.engine;

import dev.cistern.image.CreateOptions;
import dev.cistern.image.DiskImage;
import dev.cistern.image.ImageFormat;
import dev.cistern.image.Images;
import dev.cistern.image.OpenOptions;
import dev.cistern.image.qcow2.Qcow2Image;
import dev.cistern.image.storage.Directory;
import dev.cistern.image.storage.Storage;
import java.io.IOException;
import java.time.Clock;

/**
 * Something that is done to a whole image, each time to another one. Opening and closing it count,
 * as they do for a program that is run for it.
 */
enum Operation {
    CREATE("create", "qemu-img create -q -f qcow2 FILE 1G") {
        @Override
        void run(Directory folder, String name) throws IOException {
            try (var file = folder.createFile(name, 0600)) {
                create(file);
            }
        }
    },
    OPEN("open and close", "qemu-io -f qcow2 -c quit FILE") {
        @Override
        void run(Directory folder, String name) throws IOException {
            Images.open(folder, name, OpenOptions.writing(ImageFormat.QCOW2)).close();
        }
    },
    INFO("info", "qemu-img info --output=json FILE >/dev/null") {
        @Override
        void run(Directory folder, String name) throws IOException {
            var _ = Images.info(folder, name);
        }
    },
    SNAPSHOT_CREATE("snapshot create", "qemu-img snapshot -q -c another FILE") {
        @Override
        void change(Qcow2Image image) throws IOException {
            image.createSnapshot("another", Clock.systemUTC());
        }
    },
    SNAPSHOT_REVERT("snapshot revert", "qemu-img snapshot -q -a first FILE") {
        @Override
        void change(Qcow2Image image) throws IOException {
            image.revertToSnapshot("1");
        }
    },
    SNAPSHOT_DELETE("snapshot delete", "qemu-img snapshot -q -d first FILE") {
        @Override
        void change(Qcow2Image image) throws IOException {
            image.deleteSnapshot("1");
        }
    },
    RESIZE("resize", "qemu-img resize -q -f qcow2 FILE 2G") {
        @Override
        void change(Qcow2Image image) throws IOException {
            image.resize(2L << 30);
        }
    };

    private final String figure;
    private final String peer;

    Operation(String figure, String peer) {
        this.figure = figure;
        this.peer = peer;
    }

    String figure() {
        return figure;
    }

    /** The peer's command; FILE stands for the image. */
    String peer() {
        return peer;
    }

    /** Does it to an image in a folder. */
    void run(Directory folder, String name) throws IOException {
        try (var image = Images.open(folder, name, OpenOptions.writing(ImageFormat.QCOW2))) {
            change(image);
        }
    }

    private void change(DiskImage image) throws IOException {
        if (image instanceof Qcow2Image qcow2) {
            change(qcow2);
        }
    }

    /** Does it to an open image. */
    void change(Qcow2Image image) throws IOException {}

    /** Makes an empty image, durably. */
    static void create(Storage storage) throws IOException {
        Images.create(new CreateOptions(ImageFormat.QCOW2, 1L << 30), storage);
        storage.sync();
    }
}
