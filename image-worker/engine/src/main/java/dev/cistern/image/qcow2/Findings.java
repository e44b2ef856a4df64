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

    void corruption(String what) {
        corruptions++;
        say(what);
    }

    void leak(String what) {
        leaks++;
        say(what);
    }

    /** Something could not be looked at. */
    void error(String what) {
        errors++;
        say(what);
    }

    private void say(String what) {
        if (words.size() < CheckReport.MAX_FINDINGS) {
            words.add(what);
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
