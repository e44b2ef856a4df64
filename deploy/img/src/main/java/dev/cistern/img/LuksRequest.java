package dev.cistern.img;

import dev.cistern.image.crypto.CipherSpec;
import dev.cistern.image.crypto.Hash;
import dev.cistern.image.crypto.LuksOptions;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;
import java.util.function.Function;

/** What a new LUKS header is to be like, by QEMU's options {@code encrypt.…}. */
final class LuksRequest {
    private final CreateValues values;

    LuksRequest(CreateValues values) {
        this.values = values;
    }

    /**
     * The engine's options; empty for an image that is not to be encrypted.
     *
     * @throws Failure for QEMU's older AES too, which is read but not made
     */
    Optional<LuksOptions> options() throws Failure {
        var format = values.given("encrypt.format");
        if (values.flag("encryption") || "aes".equals(format.orElse(""))) {
            throw Failure.of(
                    "Encryption format 'aes' protects little and is not made; use encrypt.format=luks");
        }
        if (format.isEmpty()) {
            return Optional.empty();
        }
        if (!"luks".equals(format.get())) {
            throw notAccepted("encrypt.format", format.get());
        }
        try {
            var options =
                    LuksOptions.DEFAULT
                            .withCipher(cipher())
                            .withHash(hash("encrypt.hash-alg").orElse(LuksOptions.DEFAULT.hash()));
            var time = values.given("encrypt.iter-time");
            return Optional.of(
                    time.isPresent()
                            ? options.withIterationTime(
                                    Duration.ofMillis(Long.parseLong(time.get())))
                            : options);
        } catch (IllegalArgumentException e) {
            throw Failure.of(String.valueOf(e.getMessage()));
        }
    }

    private CipherSpec cipher() throws Failure {
        var usual = CipherSpec.DEFAULT;
        var iv =
                find("encrypt.ivgen-alg", CipherSpec.Iv.values(), CipherSpec.Iv::text)
                        .orElse(usual.iv());
        var hash = hash("encrypt.ivgen-hash-alg");
        return new CipherSpec(
                keyBits(),
                find("encrypt.cipher-mode", CipherSpec.Mode.values(), CipherSpec.Mode::text)
                        .orElse(usual.mode()),
                iv,
                iv == CipherSpec.Iv.ESSIV ? hash.or(() -> Optional.of(Hash.SHA256)) : hash);
    }

    private int keyBits() throws Failure {
        var name = values.given("encrypt.cipher-alg").orElse("aes-256");
        return switch (name) {
            case "aes-128" -> 128;
            case "aes-192" -> 192;
            case "aes-256" -> 256;
            default -> throw notAccepted("encrypt.cipher-alg", name);
        };
    }

    private Optional<Hash> hash(String option) throws Failure {
        return find(option, Hash.values(), Hash::text);
    }

    private <T> Optional<T> find(String option, T[] all, Function<T, String> text) throws Failure {
        var name = values.given(option);
        if (name.isEmpty()) {
            return Optional.empty();
        }
        var found =
                Arrays.stream(all).filter(one -> text.apply(one).equals(name.get())).findFirst();
        if (found.isEmpty()) {
            throw notAccepted(option, name.get());
        }
        return found;
    }

    private static Failure notAccepted(String parameter, String value) {
        return Failure.of("Parameter '%s' does not accept value '%s'".formatted(parameter, value));
    }
}
