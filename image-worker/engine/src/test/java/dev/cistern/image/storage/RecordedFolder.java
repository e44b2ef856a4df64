package dev.cistern.image.storage;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A folder that remembers each change of its names and of its files, and each sync, in order, so
 * that every state that a crash could leave can be made afterwards.
 */
public final class RecordedFolder extends Directory {
    private final List<Act> acts = new ArrayList<>();

    /** Kept open, so that no new file gets the number of one that is gone. */
    private final List<FileStorage> all = new ArrayList<>();

    /** One thing that was done. */
    public sealed interface Act {
        /** Bytes of a file were written. */
        record Write(long inode, long offset, ByteBuffer bytes) implements Act {}

        /** A range of a file became zero, its length the same. */
        record Clear(long inode, long offset, long length) implements Act {}

        /** The length of a file was set. */
        record Truncate(long inode, long size) implements Act {}

        /** A file got a name. */
        record Link(String name, long inode) implements Act {}

        /** A file got another name, which no other has any more. */
        record Rename(String name, String newName) implements Act {}

        /** A name is no more. */
        record Unlink(String name) implements Act {}

        /**
         * A file, or the folder, is durable as it is.
         *
         * @param inode 0 for the folder
         * @param site where the code waits for it
         */
        record Sync(long inode, String site) implements Act {}
    }

    private RecordedFolder(int descriptor, String path) {
        super(descriptor, path);
    }

    /** Opens a folder by its path. */
    public static RecordedFolder of(Path path) throws IOException {
        var folder = new RecordedFolder(descriptorOf(path), path.toString());
        for (var name : folder.list()) {
            folder.all.add(folder.openFile(name, Access.READ));
        }
        return folder;
    }

    /** What was done so far. */
    public List<Act> acts() {
        return List.copyOf(acts);
    }

    private long inode(String name) throws IOException {
        return status(name).orElseThrow().inode();
    }

    /** The line that waits, outside of this package and of what all lines wait through. */
    private static String site() {
        return StackWalker.getInstance()
                .walk(
                        frames ->
                                frames.filter(frame -> !frame.getClassName().contains(".storage."))
                                        .filter(
                                                frame ->
                                                        !frame.getClassName()
                                                                .endsWith(".WaitForDisk"))
                                        .findFirst()
                                        .map(StackWalker.StackFrame::toString)
                                        .orElseThrow());
    }

    @Override
    FileStorage storage(int file, String name) throws IOException {
        return new RecordedFile(file, name);
    }

    @Override
    public FileStorage createFile(String name, int mode) throws IOException {
        var file = super.createFile(name, mode);
        all.add(openFile(name, Access.READ));
        acts.add(new Act.Link(name, inode(name)));
        return file;
    }

    @Override
    public void rename(String name, Directory to, String newName) throws IOException {
        super.rename(name, to, newName);
        acts.add(new Act.Rename(name, newName));
    }

    @Override
    public void renameNoReplace(String name, Directory to, String newName) throws IOException {
        super.renameNoReplace(name, to, newName);
        acts.add(new Act.Rename(name, newName));
    }

    @Override
    public void link(String name, Directory to, String newName) throws IOException {
        super.link(name, to, newName);
        acts.add(new Act.Link(newName, inode(newName)));
    }

    @Override
    public void unlink(String name) throws IOException {
        super.unlink(name);
        acts.add(new Act.Unlink(name));
    }

    @Override
    public void sync() {
        acts.add(new Act.Sync(0, site()));
    }

    @Override
    public void close() {
        all.forEach(FileStorage::close);
        super.close();
    }

    private final class RecordedFile extends FileStorage {
        private final long inode;

        private RecordedFile(int descriptor, String name) throws IOException {
            super(descriptor, pathOf(name));
            this.inode = status().inode();
        }

        @Override
        public void writeFully(ByteBuffer from, long offset) throws IOException {
            var bytes = ByteBuffer.allocate(from.remaining()).put(from.duplicate()).flip();
            super.writeFully(from, offset);
            acts.add(new Act.Write(inode, offset, bytes));
        }

        @Override
        public void truncate(long size) throws IOException {
            super.truncate(size);
            acts.add(new Act.Truncate(inode, size));
        }

        @Override
        public void zero(long offset, long length) throws IOException {
            writeFully(ByteBuffer.allocate(Math.toIntExact(length)), offset);
        }

        @Override
        public boolean punchHole(long offset, long length) throws IOException {
            var punched = super.punchHole(offset, length);
            if (punched) {
                acts.add(new Act.Clear(inode, offset, length));
            }
            return punched;
        }

        @Override
        public void allocate(long offset, long length) throws IOException {
            truncate(Math.max(size(), offset + length));
        }

        @Override
        public void sync() {
            acts.add(new Act.Sync(inode, site()));
        }
    }
}
