package dev.cistern.image.crypto;

import java.util.Optional;

/**
 * How sectors are encrypted, as a LUKS header says.
 *
 * @param keyBits of AES: 128, 192 or 256
 * @param ivHash for ESSIV only
 */
public record CipherSpec(int keyBits, Mode mode, Iv iv, Optional<Hash> ivHash) {
    /** AES-256 in XTS mode with IVs of 64-bit sector numbers, QEMU's default. */
    public static final CipherSpec DEFAULT =
            new CipherSpec(256, Mode.XTS, Iv.PLAIN64, Optional.empty());

    /** How blocks are put together. */
    public enum Mode {
        XTS("xts"),
        CBC("cbc");

        private final String text;

        Mode(String text) {
            this.text = text;
        }

        /** Its name in a header. */
        public String text() {
            return text;
        }
    }

    /** What initialization vectors are made of. */
    public enum Iv {
        PLAIN("plain"),
        PLAIN64("plain64"),
        ESSIV("essiv");

        private final String text;

        Iv(String text) {
            this.text = text;
        }

        /** Its name in a header. */
        public String text() {
            return text;
        }
    }

    /** Refuses what AES cannot be. */
    public CipherSpec {
        if (keyBits != 128 && keyBits != 192 && keyBits != 256) {
            throw new IllegalArgumentException(
                    "keys of AES have 128, 192 or 256 bits, not " + keyBits);
        }
        if ((iv == Iv.ESSIV) != ivHash.isPresent()) {
            throw new IllegalArgumentException(
                    "essiv needs a hash function, and nothing else does");
        }
        if (ivHash.isPresent() && !isAesKey(ivHash.get().bytes())) {
            throw new IllegalArgumentException(
                    "there is no AES for essiv with keys from " + ivHash.get().text());
        }
    }

    private static boolean isAesKey(int bytes) {
        return bytes == 16 || bytes == 24 || bytes == 32;
    }

    /** Bytes of a key; XTS has two. */
    public int keyBytes() {
        return keyBits / Byte.SIZE * (mode == Mode.XTS ? 2 : 1);
    }

    /** The header's word for mode and IV. */
    String modeText() {
        return mode.text + "-" + iv.text + ivHash.map(hash -> ":" + hash.text()).orElse("");
    }

    /** Reads the header's words; empty if they name anything that is not known. */
    static Optional<CipherSpec> of(String cipher, String modeText, int keyBytes) {
        for (var mode : Mode.values()) {
            for (var iv : Iv.values()) {
                var prefix = mode.text + "-" + iv.text;
                var hash =
                        modeText.startsWith(prefix + ":")
                                ? Hash.of(modeText.substring(prefix.length() + 1))
                                : Optional.<Hash>empty();
                var bits = keyBytes * Byte.SIZE / (mode == Mode.XTS ? 2 : 1);
                if ("aes".equals(cipher)
                        && (modeText.equals(prefix) || hash.isPresent())
                        && (iv == Iv.ESSIV) == hash.isPresent()
                        && (hash.isEmpty() || isAesKey(hash.get().bytes()))
                        && isAesKey(bits / Byte.SIZE)
                        && bits * (mode == Mode.XTS ? 2 : 1) == keyBytes * Byte.SIZE) {
                    return Optional.of(new CipherSpec(bits, mode, iv, hash));
                }
            }
        }
        return Optional.empty();
    }

    /**
     * A cipher with a key, which the caller may wipe only when the cipher is of no use any more.
     */
    SectorCipher cipher(byte[] key) {
        return new PooledCipher(
                () -> {
                    var ivs =
                            switch (iv) {
                                case PLAIN -> SectorIvs.plain();
                                case PLAIN64 -> SectorIvs.plain64();
                                case ESSIV -> SectorIvs.essiv(ivHash.orElseThrow(), key);
                            };
                    return switch (mode) {
                        case XTS -> new Xts(key, ivs);
                        case CBC -> new Cbc(key, ivs);
                    };
                });
    }
}
