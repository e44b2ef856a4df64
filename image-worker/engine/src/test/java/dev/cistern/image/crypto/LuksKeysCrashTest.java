package dev.cistern.image.crypto;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cistern.image.ImageException;
import dev.cistern.image.Secret;
import dev.cistern.image.storage.MemoryStorage;
import dev.cistern.image.storage.RecordingStorage;
import dev.cistern.image.storage.RecordingStorage.Change;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whatever a crash cuts off while passphrases come and go, those that stay go on to fit. */
final class LuksKeysCrashTest {
    private static final Secret FIRST = Secret.of("first".toCharArray());
    private static final Secret SECOND = Secret.of("second".toCharArray());
    private static final int SECTOR = 512;
    private static final Duration QUICK = Duration.ofMillis(1);

    /** The smallest keys, since each of many states is unlocked. */
    private static final LuksOptions OPTIONS =
            LuksOptions.DEFAULT
                    .withIterationTime(QUICK)
                    .withCipher(
                            new CipherSpec(
                                    128,
                                    CipherSpec.Mode.CBC,
                                    CipherSpec.Iv.PLAIN64,
                                    Optional.empty()));

    /** Something that is done with a header. */
    private interface Act {
        void on(Luks luks) throws IOException;
    }

    private static RecordingStorage recorded(byte[] start, Act act) throws IOException {
        var storage = new RecordingStorage(start);
        try (var luks = Luks.open(storage, 0, Luks.bytes(OPTIONS), FIRST)) {
            act.on(luks);
        }
        return storage;
    }

    private static byte[] created(Act act) throws IOException {
        var storage = new MemoryStorage("start");
        storage.truncate(Luks.bytes(OPTIONS));
        try (var luks = Luks.create(storage, 0, OPTIONS, FIRST)) {
            act.on(luks);
        }
        var bytes = ByteBuffer.allocate((int) storage.size());
        storage.readFully(bytes, 0);
        return bytes.array();
    }

    private static boolean fits(byte[] file, Secret secret) throws IOException {
        var storage = new MemoryStorage("left by a crash");
        storage.writeFully(ByteBuffer.wrap(file), 0);
        try (var _ = Luks.open(storage, 0, Luks.bytes(OPTIONS), secret)) {
            return true;
        } catch (ImageException.Locked e) {
            return false;
        }
    }

    /** The cuts of which some state is or is not opened by a passphrase. */
    private static Set<Integer> cutsAfterWhich(
            byte[] start, RecordingStorage storage, Secret secret, boolean fits)
            throws IOException {
        var cuts = new TreeSet<Integer>();
        var durable = start.clone();
        var pending = new ArrayList<Change.Write>();
        for (var cut = 0; cut <= storage.count(); cut++) {
            for (var subset = 0; subset < 1 << pending.size(); subset++) {
                if (fits(state(durable, pending, subset), secret) == fits) {
                    cuts.add(cut);
                }
            }
            if (cut < storage.count()) {
                switch (storage.changes().get(cut)) {
                    case Change.Write write -> addPieces(write, pending);
                    case Change.Sync _ -> {
                        durable = state(durable, pending, -1);
                        pending.clear();
                    }
                    case Change.Clear _, Change.Truncate _ ->
                            throw new AssertionError("keys do not change the length");
                }
            }
        }
        return cuts;
    }

    /** A disk writes sectors, so a write can end at each; here at the first. */
    private static void addPieces(Change.Write write, List<Change.Write> pending) {
        var first = (int) (SECTOR - write.offset() % SECTOR);
        var bytes = write.bytes();
        if (bytes.remaining() > first) {
            pending.add(new Change.Write(write.offset(), bytes.slice(0, first)));
            pending.add(
                    new Change.Write(
                            write.offset() + first, bytes.slice(first, bytes.remaining() - first)));
        } else {
            pending.add(write);
        }
    }

    private static byte[] state(byte[] durable, List<Change.Write> pending, int subset) {
        var state = durable.clone();
        for (var i = 0; i < pending.size(); i++) {
            if ((subset >> i & 1) != 0) {
                var bytes = pending.get(i).bytes();
                bytes.get(0, state, (int) pending.get(i).offset(), bytes.remaining());
            }
        }
        return state;
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 6})
    void aPassphraseThatIsAddedFitsOrDoesNot(int slot) throws IOException {
        var start = created(_ -> {});
        var storage = recorded(start, luks -> luks.addKey(SECOND, OptionalInt.of(slot), QUICK));

        assertThat(cutsAfterWhich(start, storage, FIRST, false)).isEmpty();
        assertThat(cutsAfterWhich(start, storage, SECOND, true))
                .contains(storage.count())
                .doesNotContain(0);
    }

    @Test
    void aPassphraseThatIsErasedLeavesTheOthers() throws IOException {
        var start = created(luks -> luks.addKey(SECOND, OptionalInt.of(6), QUICK));
        var storage = recorded(start, luks -> luks.eraseKey(6, false));

        assertThat(cutsAfterWhich(start, storage, FIRST, false)).isEmpty();
        assertThat(cutsAfterWhich(start, storage, SECOND, true))
                .contains(0)
                .doesNotContain(storage.count());
    }
}
