package dev.cistern.image;

import java.util.List;

/**
 * What a check of an image found, in {@code qemu-img check}'s terms.
 *
 * @param corruptions what may lose data, or has
 * @param leaks clusters that are taken but of no use
 * @param checkErrors what could not be looked at
 * @param imageEndOffset end of what is in use, bytes
 * @param totalClusters clusters that the capacity has
 * @param allocatedClusters of these, those with content in this image
 * @param fragmentedClusters of these, those that do not follow the one before in the file
 * @param compressedClusters of these, the compressed ones
 * @param findings in words, the first hundred
 */
public record CheckReport(
        long corruptions,
        long leaks,
        long checkErrors,
        long corruptionsFixed,
        long leaksFixed,
        long imageEndOffset,
        long totalClusters,
        long allocatedClusters,
        long fragmentedClusters,
        long compressedClusters,
        List<String> findings) {
    /** Most findings that are put in words. */
    public static final int MAX_FINDINGS = 100;

    /** What a check may change. */
    public enum Repair {
        /** Nothing. */
        NONE,
        /** Leaks are freed. */
        LEAKS,
        /** Whatever can be set right is. */
        ALL
    }

    /** A copy of {@code findings} is taken. */
    public CheckReport {
        findings = List.copyOf(findings);
    }

    /** Whether nothing is wrong. */
    public boolean clean() {
        return sound() && leaks == 0;
    }

    /** Whether nothing but leaks is wrong. */
    public boolean sound() {
        return corruptions == 0 && checkErrors == 0;
    }
}
