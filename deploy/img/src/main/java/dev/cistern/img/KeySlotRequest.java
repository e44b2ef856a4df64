package dev.cistern.img;

import dev.cistern.image.EncryptionInfo;
import dev.cistern.image.Secret;
import dev.cistern.image.qcow2.KeySlots;
import dev.cistern.image.qcow2.Qcow2Image;
import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/** What is to become of the key slots of a LUKS header, by QEMU's options {@code encrypt.…}. */
final class KeySlotRequest {
    private static final List<String> OPTIONS =
            List.of("state", "keyslot", "old-secret", "new-secret", "iter-time");

    /** QEMU's. */
    private static final Duration USUAL_TIME = Duration.ofSeconds(2);

    private final CreateValues values;
    private final SecretObjects secrets;
    private final boolean force;

    KeySlotRequest(CreateValues values, SecretObjects secrets, boolean force) {
        this.values = values;
        this.secrets = secrets;
        this.force = force;
    }

    private Optional<String> given(String option) {
        return values.given("encrypt." + option);
    }

    private boolean isEmpty() {
        return OPTIONS.stream().allMatch(option -> given(option).isEmpty());
    }

    /** Refuses options for an image that has no slots. */
    void requirePossible(Optional<EncryptionInfo> encryption) throws Failure {
        if (isEmpty()) {
            return;
        }
        if (encryption.isEmpty()) {
            throw Failure.of("Can't amend encryption options - encryption not present");
        }
        if (!(encryption.get() instanceof EncryptionInfo.Luks)) {
            throw Failure.of(
                    "Only LUKS encryption options can be amended for qcow2 with preexisting encryption");
        }
    }

    /** Changes the slots, if that is asked for. */
    void apply(Qcow2Image image) throws Failure, IOException {
        if (isEmpty()) {
            return;
        }
        var state = given("state").orElseThrow(() -> Failure.of("Parameter 'state' is missing"));
        var slots = image.keySlots().orElseThrow();
        switch (state) {
            case "active" -> add(slots);
            case "inactive" -> erase(slots);
            default ->
                    throw Failure.of(
                            "Parameter 'state' does not accept value '%s'".formatted(state));
        }
    }

    private void add(KeySlots slots) throws Failure, IOException {
        if (given("new-secret").isEmpty()) {
            throw Failure.of("'new-secret' is required to activate a keyslot");
        }
        requireNone("old-secret", "activating keyslots");
        var slot = slot(slots);
        var all = slots.info().slots();
        if (slot.isPresent() && all.get(slot.getAsInt()).active()) {
            throw Failure.of(
                    "Refusing to overwrite active keyslot %d - please erase it first"
                            .formatted(slot.getAsInt()));
        }
        if (all.stream().allMatch(EncryptionInfo.Slot::active)) {
            throw Failure.of("Can't add a keyslot - all keyslots are in use");
        }
        var time =
                given("iter-time").map(Long::parseLong).map(Duration::ofMillis).orElse(USUAL_TIME);
        try (var secret = secrets.require(given("new-secret").get())) {
            slots.add(secret, slot, time);
        }
    }

    private void erase(KeySlots slots) throws Failure, IOException {
        requireNone("new-secret", "erasing keyslots");
        requireNone("iter-time", "erasing keyslots");
        var slot = slot(slots);
        if (given("old-secret").isEmpty()) {
            if (slot.isEmpty()) {
                throw Failure.of(
                        "To erase keyslot(s), either explicit keyslot index or the password currently contained in them must be given");
            }
            erase(slots, slot.getAsInt());
            return;
        }
        try (var secret = secrets.require(given("old-secret").get())) {
            if (slot.isPresent()) {
                requireFits(slots, slot.getAsInt(), secret);
                erase(slots, slot.getAsInt());
            } else {
                erase(slots, secret);
            }
        }
    }

    private static void requireFits(KeySlots slots, int slot, Secret secret)
            throws Failure, IOException {
        if (Arrays.stream(slots.slotsOf(secret)).noneMatch(fitting -> fitting == slot)) {
            throw Failure.of(
                    "Given keyslot %d doesn't contain the given old password for erase operation"
                            .formatted(slot));
        }
    }

    private void erase(KeySlots slots, int slot) throws Failure, IOException {
        var all = slots.info().slots();
        if (!force && !all.get(slot).active()) {
            throw Failure.of("Given keyslot %d is already erased (inactive) ".formatted(slot));
        }
        if (!force && active(slots) == 1) {
            throw Failure.of(
                    "Attempt to erase the only active keyslot %d which will erase all the data in the image irreversibly - refusing operation"
                            .formatted(slot));
        }
        slots.erase(slot, force);
    }

    private void erase(KeySlots slots, Secret secret) throws Failure, IOException {
        var fitting = slots.slotsOf(secret).length;
        if (fitting == 0) {
            throw Failure.of("No keyslots match given (old) password for erase operation");
        }
        if (!force && fitting == active(slots)) {
            throw Failure.of(
                    "All the active keyslots match the (old) password that was given and erasing them will erase all the data in the image irreversibly - refusing operation");
        }
        slots.erase(secret, force);
    }

    private static long active(KeySlots slots) {
        return slots.info().slots().stream().filter(EncryptionInfo.Slot::active).count();
    }

    private void requireNone(String option, String when) throws Failure {
        if (given(option).isPresent()) {
            throw Failure.of("'%s' must not be given when %s".formatted(option, when));
        }
    }

    private OptionalInt slot(KeySlots slots) throws Failure {
        if (given("keyslot").isEmpty()) {
            return OptionalInt.empty();
        }
        var slot = Long.parseLong(given("keyslot").get());
        var last = slots.info().slots().size() - 1;
        if (slot > last) {
            throw Failure.of(
                    "Invalid keyslot %d specified, must be between 0 and %d".formatted(slot, last));
        }
        return OptionalInt.of((int) slot);
    }
}
