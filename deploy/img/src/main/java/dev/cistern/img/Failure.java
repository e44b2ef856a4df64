package dev.cistern.img;

import java.util.List;

/**
 * Why a command line came to nothing, as it is told on stderr.
 *
 * @see Console#report
 */
final class Failure extends Exception {
    private static final long serialVersionUID = 1L;

    private final int status;
    private final transient List<String> reports;
    private final transient String hint;

    private Failure(int status, List<String> reports, String hint) {
        super(String.join("\n", reports));
        this.status = status;
        this.reports = reports;
        this.hint = hint;
    }

    /** Something that was to be done could not be. */
    static Failure of(String message) {
        return new Failure(1, List.of(message), "");
    }

    /** Several reports, each with the program's name before it. */
    static Failure ofLines(List<String> reports) {
        return new Failure(1, List.copyOf(reports), "");
    }

    /** The command line is not one. */
    static Failure ofUsage(String message) {
        return of(message)
                .withHint("Try '%s --help' for more information\n".formatted(Console.PROGRAM));
    }

    /** The same with another exit code. */
    Failure withStatus(int other) {
        return new Failure(other, reports, hint);
    }

    /** The same with what follows on stderr as it is, without the program's name. */
    Failure withHint(String text) {
        return new Failure(status, reports, text);
    }

    /** The same with words before the first report. */
    Failure after(String prefix) {
        return new Failure(status, List.of(prefix + String.join("\n", reports)), hint);
    }

    /** The same with other words at its beginning. */
    Failure in(String prefix, String other) {
        return text().startsWith(prefix)
                ? new Failure(status, List.of(other + text().substring(prefix.length())), hint)
                : after(other);
    }

    int status() {
        return status;
    }

    List<String> reports() {
        return reports;
    }

    String hint() {
        return hint;
    }

    /** The first report, without the hint. */
    String text() {
        return reports.getFirst();
    }
}
