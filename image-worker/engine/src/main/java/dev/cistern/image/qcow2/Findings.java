package dev.cistern.image.qcow2;

import dev.cistern.image.CheckReport;
import java.util.ArrayList;
import java.util.List;

/** What a check has come upon so far; what QEMU has words for too, in its words. */
final class Findings {
    private final List<String> words = new ArrayList<>();
    private long corruptions;
    private long leaks;
    private long errors;

    void corruption(String format, Object... what) {
        corruptions++;
        say(format, what);
    }

    void leak(String format, Object... what) {
        leaks++;
        say(format, what);
    }

    /** Something could not be looked at. */
    void error(String format, Object... what) {
        errors++;
        say(format, what);
    }

    /** There may be a finding for each of many millions of clusters; few are put in words. */
    @SuppressWarnings(
            "AnnotateFormatMethod") // that annotation is in a library that nothing else needs
    private void say(String format, Object... what) {
        if (words.size() < CheckReport.MAX_FINDINGS) {
            words.add(format.formatted(what));
        }
    }

    long corruptions() {
        return corruptions;
    }

    long leaks() {
        return leaks;
    }

    long errors() {
        return errors;
    }

    List<String> words() {
        return words;
    }
}
