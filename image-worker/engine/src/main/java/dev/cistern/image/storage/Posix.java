package dev.cistern.image.storage;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;

/**
 * The system calls of Linux that the JDK does not offer. Each returns what the call returns; after
 * a failure {@link #errno()} tells the reason, on the same thread.
 *
 * <p>A call blocks its carrier thread, so this is for platform threads.
 */
final class Posix {
    static final int AT_FDCWD = -100;
    static final int AT_SYMLINK_NOFOLLOW = 0x100;
    static final int AT_REMOVEDIR = 0x200;
    static final int AT_EMPTY_PATH = 0x1000;

    static final int O_RDONLY = 0;
    static final int O_WRONLY = 1;
    static final int O_RDWR = 2;
    static final int O_CREAT = 0x40;
    static final int O_EXCL = 0x80;
    static final int O_APPEND = 0x400;
    static final int O_NONBLOCK = 0x800;
    static final int O_CLOEXEC = 0x80000;

    /** Flags whose bits differ between x86-64 and the generic ABI that aarch64 uses. */
    static final int O_DIRECTORY = generic() ? 0x4000 : 0x10000;

    static final int O_DIRECT = generic() ? 0x10000 : 0x4000;
    static final int O_NOFOLLOW = generic() ? 0x8000 : 0x20000;

    static final int RENAME_NOREPLACE = 1;

    static final int SEEK_DATA = 3;
    static final int SEEK_HOLE = 4;

    static final int FALLOC_KEEP_SIZE = 1;
    static final int FALLOC_PUNCH_HOLE = 2;
    static final int FALLOC_ZERO_RANGE = 0x10;

    /** _IOW(0x94, 9, int), the same on every architecture that we run on. */
    static final long FICLONE = 0x40049409L;

    static final int F_OFD_GETLK = 36;
    static final int F_OFD_SETLK = 37;

    static final int EPERM = 1;
    static final int ENOENT = 2;
    static final int EINTR = 4;
    static final int ENXIO = 6;
    static final int EAGAIN = 11;
    static final int EACCES = 13;
    static final int EEXIST = 17;
    static final int ENOTDIR = 20;
    static final int EISDIR = 21;
    static final int EXDEV = 18;
    static final int EINVAL = 22;
    static final int ENOTTY = 25;
    static final int EFBIG = 27;
    static final int ENOSPC = 28;
    static final int EROFS = 30;
    static final int ENOSYS = 38;
    static final int ENOTEMPTY = 39;
    static final int ELOOP = 40;
    static final int EOPNOTSUPP = 95;
    static final int EDQUOT = 122;

    private static final Linker LINKER = Linker.nativeLinker();
    private static final StructLayout STATE = Linker.Option.captureStateLayout();
    private static final VarHandle ERRNO =
            STATE.varHandle(MemoryLayout.PathElement.groupElement("errno"));
    private static final ThreadLocal<MemorySegment> LAST =
            ThreadLocal.withInitial(() -> Arena.ofAuto().allocate(STATE));

    private static final ValueLayout INT = ValueLayout.JAVA_INT;
    private static final ValueLayout LONG = ValueLayout.JAVA_LONG;
    private static final ValueLayout PTR = ValueLayout.ADDRESS;

    private static final MethodHandle OPENAT = variadic("openat", 3, INT, INT, PTR, INT, INT);
    private static final MethodHandle CLOSE = call("close", INT, INT);
    private static final MethodHandle STATX = call("statx", INT, INT, PTR, INT, INT, PTR);
    private static final MethodHandle RENAMEAT2 = call("renameat2", INT, INT, PTR, INT, PTR, INT);
    private static final MethodHandle LINKAT = call("linkat", INT, INT, PTR, INT, PTR, INT);
    private static final MethodHandle UNLINKAT = call("unlinkat", INT, INT, PTR, INT);
    private static final MethodHandle MKDIRAT = call("mkdirat", INT, INT, PTR, INT);
    private static final MethodHandle FCHMOD = call("fchmod", INT, INT, INT);
    private static final MethodHandle FCHOWN = call("fchown", INT, INT, INT, INT);
    private static final MethodHandle FCHOWNAT = call("fchownat", INT, INT, PTR, INT, INT, INT);
    private static final MethodHandle FSYNC = call("fsync", INT, INT);
    private static final MethodHandle FDATASYNC = call("fdatasync", INT, INT);
    private static final MethodHandle PREAD = call("pread", LONG, INT, PTR, LONG, LONG);
    private static final MethodHandle PWRITE = call("pwrite", LONG, INT, PTR, LONG, LONG);
    private static final MethodHandle FTRUNCATE = call("ftruncate", INT, INT, LONG);
    private static final MethodHandle FALLOCATE = call("fallocate", INT, INT, INT, LONG, LONG);
    private static final MethodHandle LSEEK = call("lseek", LONG, INT, LONG, INT);
    private static final MethodHandle FCNTL = variadic("fcntl", 2, INT, INT, INT, PTR);
    private static final MethodHandle IOCTL = variadic("ioctl", 2, INT, INT, LONG, LONG);
    private static final MethodHandle COPY_FILE_RANGE =
            call("copy_file_range", LONG, INT, PTR, INT, PTR, LONG, INT);
    private static final MethodHandle FSTATVFS = call("fstatvfs", INT, INT, PTR);
    private static final MethodHandle FSTATFS = call("fstatfs", INT, INT, PTR);
    private static final MethodHandle GETDENTS64 = call("getdents64", LONG, INT, PTR, LONG);

    private Posix() {}

    private static boolean generic() {
        return "aarch64".equals(System.getProperty("os.arch"));
    }

    @SuppressWarnings("restricted")
    private static MethodHandle call(String name, MemoryLayout result, MemoryLayout... parameters) {
        return LINKER.downcallHandle(
                LINKER.defaultLookup().findOrThrow(name),
                FunctionDescriptor.of(result, parameters),
                Linker.Option.captureCallState("errno"));
    }

    @SuppressWarnings("restricted")
    private static MethodHandle variadic(
            String name, int fixed, MemoryLayout result, MemoryLayout... parameters) {
        return LINKER.downcallHandle(
                LINKER.defaultLookup().findOrThrow(name),
                FunctionDescriptor.of(result, parameters),
                Linker.Option.captureCallState("errno"),
                Linker.Option.firstVariadicArg(fixed));
    }

    /** The reason of this thread's last failure. */
    static int errno() {
        return (int) ERRNO.get(LAST.get(), 0L);
    }

    static int openat(int folder, MemorySegment name, int flags, int mode) {
        try {
            return (int) OPENAT.invokeExact(LAST.get(), folder, name, flags, mode);
        } catch (Throwable e) {
            throw broken(e);
        }
    }

    static int close(int descriptor) {
        try {
            return (int) CLOSE.invokeExact(LAST.get(), descriptor);
        } catch (Throwable e) {
            throw broken(e);
        }
    }

    static int statx(int folder, MemorySegment name, int flags, int mask, MemorySegment into) {
        try {
            return (int) STATX.invokeExact(LAST.get(), folder, name, flags, mask, into);
        } catch (Throwable e) {
            throw broken(e);
        }
    }

    static int renameat2(int from, MemorySegment name, int to, MemorySegment newName, int flags) {
        try {
            return (int) RENAMEAT2.invokeExact(LAST.get(), from, name, to, newName, flags);
        } catch (Throwable e) {
            throw broken(e);
        }
    }

    static int linkat(int from, MemorySegment name, int to, MemorySegment newName) {
        try {
            return (int) LINKAT.invokeExact(LAST.get(), from, name, to, newName, 0);
        } catch (Throwable e) {
            throw broken(e);
        }
    }

    static int unlinkat(int folder, MemorySegment name, int flags) {
        try {
            return (int) UNLINKAT.invokeExact(LAST.get(), folder, name, flags);
        } catch (Throwable e) {
            throw broken(e);
        }
    }

    static int mkdirat(int folder, MemorySegment name, int mode) {
        try {
            return (int) MKDIRAT.invokeExact(LAST.get(), folder, name, mode);
        } catch (Throwable e) {
            throw broken(e);
        }
    }

    static int fchmod(int descriptor, int mode) {
        try {
            return (int) FCHMOD.invokeExact(LAST.get(), descriptor, mode);
        } catch (Throwable e) {
            throw broken(e);
        }
    }

    static int fchown(int descriptor, int user, int group) {
        try {
            return (int) FCHOWN.invokeExact(LAST.get(), descriptor, user, group);
        } catch (Throwable e) {
            throw broken(e);
        }
    }

    static int fchownat(int folder, MemorySegment name, int user, int group, int flags) {
        try {
            return (int) FCHOWNAT.invokeExact(LAST.get(), folder, name, user, group, flags);
        } catch (Throwable e) {
            throw broken(e);
        }
    }

    static int fsync(int descriptor) {
        try {
            return (int) FSYNC.invokeExact(LAST.get(), descriptor);
        } catch (Throwable e) {
            throw broken(e);
        }
    }

    static int fdatasync(int descriptor) {
        try {
            return (int) FDATASYNC.invokeExact(LAST.get(), descriptor);
        } catch (Throwable e) {
            throw broken(e);
        }
    }

    static long pread(int descriptor, MemorySegment into, long length, long offset) {
        try {
            return (long) PREAD.invokeExact(LAST.get(), descriptor, into, length, offset);
        } catch (Throwable e) {
            throw broken(e);
        }
    }

    static long pwrite(int descriptor, MemorySegment from, long length, long offset) {
        try {
            return (long) PWRITE.invokeExact(LAST.get(), descriptor, from, length, offset);
        } catch (Throwable e) {
            throw broken(e);
        }
    }

    static int ftruncate(int descriptor, long size) {
        try {
            return (int) FTRUNCATE.invokeExact(LAST.get(), descriptor, size);
        } catch (Throwable e) {
            throw broken(e);
        }
    }

    static int fallocate(int descriptor, int mode, long offset, long length) {
        try {
            return (int) FALLOCATE.invokeExact(LAST.get(), descriptor, mode, offset, length);
        } catch (Throwable e) {
            throw broken(e);
        }
    }

    static long lseek(int descriptor, long offset, int whence) {
        try {
            return (long) LSEEK.invokeExact(LAST.get(), descriptor, offset, whence);
        } catch (Throwable e) {
            throw broken(e);
        }
    }

    static int fcntl(int descriptor, int command, MemorySegment argument) {
        try {
            return (int) FCNTL.invokeExact(LAST.get(), descriptor, command, argument);
        } catch (Throwable e) {
            throw broken(e);
        }
    }

    static int ioctl(int descriptor, long request, long argument) {
        try {
            return (int) IOCTL.invokeExact(LAST.get(), descriptor, request, argument);
        } catch (Throwable e) {
            throw broken(e);
        }
    }

    static long copyFileRange(
            int from, MemorySegment fromOffset, int to, MemorySegment toOffset, long length) {
        try {
            return (long)
                    COPY_FILE_RANGE.invokeExact(
                            LAST.get(), from, fromOffset, to, toOffset, length, 0);
        } catch (Throwable e) {
            throw broken(e);
        }
    }

    static int fstatvfs(int descriptor, MemorySegment into) {
        try {
            return (int) FSTATVFS.invokeExact(LAST.get(), descriptor, into);
        } catch (Throwable e) {
            throw broken(e);
        }
    }

    static int fstatfs(int descriptor, MemorySegment into) {
        try {
            return (int) FSTATFS.invokeExact(LAST.get(), descriptor, into);
        } catch (Throwable e) {
            throw broken(e);
        }
    }

    static long getdents64(int descriptor, MemorySegment into, long length) {
        try {
            return (long) GETDENTS64.invokeExact(LAST.get(), descriptor, into, length);
        } catch (Throwable e) {
            throw broken(e);
        }
    }

    private static AssertionError broken(Throwable cause) {
        return new AssertionError("a system call could not be made", cause);
    }
}
