package dev.cistern.image;

import java.util.ArrayList;
import java.util.List;

/** What a check has come upon so far; what QEMU has words for too, in its words. */
public final class Findings {
    private final List<String> words = new ArrayList<>();
    private long corruptions;
    private long leaks;
    private long errors;

    /** Something that may lose data, or has. */
    public void corruption(String format, Object... what) {
        corruptions++;
        say(format, what);
    }

    /** Something that is of no use, but does no harm. */
    public void leak(String format, Object... what) {
        leaks++;
        say(format, what);
    }

    /** Something could not be looked at. */
    public void error(String format, Object... what) {
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

    /** How many there were. */
    public long corruptions() {
        return corruptions;
    }

    /** How many there were. */
    public long leaks() {
        return leaks;
    }

    /** How many there were. */
    public long errors() {
        return errors;
    }

    /** The first hundred. */
    public List<String> words() {
        return words;
    }
}
