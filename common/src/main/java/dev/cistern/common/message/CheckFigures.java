package dev.cistern.common.message;

import java.util.List;

/**
 * What a check found, in the terms of {@code qemu-img check}.
 *
 * @param corruptions what may lose data, or has, and is so still
 * @param leaks clusters that are taken but of no use, and are so still
 * @param checkErrors what could not be looked at
 * @param imageEndOffset end of what is in use, bytes
 * @param totalClusters clusters that the capacity has
 * @param allocatedClusters of these, those with content in the image
 * @param fragmentedClusters of these, those that do not follow the one before in the file
 * @param compressedClusters of these, the compressed ones
 * @param findings in words, the first hundred
 */
public record CheckFigures(
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
    /** A copy of {@code findings} is taken. */
    @SuppressWarnings("NullAway") // absent in the JSON of an earlier version
    public CheckFigures {
        findings = findings == null ? List.of() : List.copyOf(findings);
    }
}
