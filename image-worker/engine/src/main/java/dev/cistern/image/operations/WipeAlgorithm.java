package dev.cistern.image.operations;

import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Ways to make what a file held unreadable, by the names of {@code virsh vol-wipe}. */
public enum WipeAlgorithm {
    /** Zeroes, once. */
    ZERO("zero"),
    /** Bytes at random, once. */
    RANDOM("random"),
    /** The space is given back to the file system, and nothing is written. */
    TRIM("trim"),
    /** Of the NNSA, NAP-14.1-C: random twice, then zeroes. */
    NNSA("nnsa"),
    /** Of the DoD, 5220.22-M, section 8-306, procedure d: random, zeroes, ones. */
    DOD("dod"),
    /** Of the BSI, VSITR: ones, then each bit cleared in turn. */
    BSI("bsi"),
    /** Peter Gutmann, "Secure Deletion of Data from Magnetic and Solid-State Memory": 35 passes. */
    GUTMANN("gutmann"),
    /** Bruce Schneier, "Applied Cryptography": zeroes, ones, random five times. */
    SCHNEIER("schneier"),
    /** Roy Pfitzner: random seven times. */
    PFITZNER7("pfitzner7"),
    /** Roy Pfitzner: random 33 times. */
    PFITZNER33("pfitzner33");

    private final String text;

    WipeAlgorithm(String text) {
        this.text = text;
    }

    /** What is written once over everything. */
    sealed interface Pass {
        /** Bytes that nobody can foretell. */
        record Random() implements Pass {}

        /** The same few bytes over and over. */
        record Fixed(List<Byte> bytes) implements Pass {}
    }

    private static List<Pass> join(List<Pass> first, List<Pass> then) {
        return Stream.concat(first.stream(), then.stream()).toList();
    }

    private static List<Pass> random(int times) {
        return Collections.nCopies(times, new Pass.Random());
    }

    /** A pass for each byte. */
    private static List<Pass> fixed(int... bytes) {
        return Arrays.stream(bytes).mapToObj(WipeAlgorithm::pass).toList();
    }

    private static Pass pass(int... bytes) {
        return new Pass.Fixed(Arrays.stream(bytes).mapToObj(each -> (byte) each).toList());
    }

    private static List<Pass> gutmann() {
        var thirds =
                List.of(pass(0x92, 0x49, 0x24), pass(0x49, 0x24, 0x92), pass(0x24, 0x92, 0x49));
        var repeated = IntStream.rangeClosed(0, 0xf).map(digit -> digit * 0x11).toArray();
        return Stream.of(
                        fixed(0x55, 0xaa),
                        thirds,
                        fixed(repeated),
                        thirds,
                        List.of(
                                pass(0x6d, 0xb6, 0xdb),
                                pass(0xb6, 0xdb, 0x6d),
                                pass(0xdb, 0x6d, 0xb6)))
                .flatMap(List::stream)
                .toList();
    }

    /** libvirt's name. */
    public String text() {
        return text;
    }

    /** What is written, in turn. */
    List<Pass> passes() {
        return switch (this) {
            case ZERO -> fixed(0x00);
            case RANDOM -> random(1);
            case TRIM -> List.of();
            case NNSA -> join(random(2), fixed(0x00));
            case DOD -> join(random(1), fixed(0x00, 0xff));
            case BSI -> fixed(0xff, 0xfe, 0xfd, 0xfb, 0xf7, 0xef, 0xdf, 0xbf, 0x7f);
            case GUTMANN -> join(random(4), join(gutmann(), random(4)));
            case SCHNEIER -> join(fixed(0x00, 0xff), random(5));
            case PFITZNER7 -> random(7);
            case PFITZNER33 -> random(33);
        };
    }

    /** An algorithm by libvirt's name. */
    public static Optional<WipeAlgorithm> of(String text) {
        return Arrays.stream(values()).filter(known -> known.text.equals(text)).findFirst();
    }
}
