package dev.cistern.volume.rest;

import dev.cistern.common.problem.ProblemCode;
import dev.cistern.common.problem.ProblemException;
import dev.cistern.volume.Deletion;
import java.time.Duration;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** How a volume is to be deleted, by the parameters of the request. */
final class DeletionParameters {
    private static final Pattern TIME = Pattern.compile("([0-9]{1,9})([smhd])");

    private DeletionParameters() {}

    static Deletion of(@Nullable String purge, @Nullable String keep) {
        return new Deletion(flag(purge), Optional.ofNullable(keep).map(DeletionParameters::time));
    }

    private static boolean flag(@Nullable String purge) {
        if (purge == null || purge.equals("false")) {
            return false;
        }
        if (purge.equals("true")) {
            return true;
        }
        throw new ProblemException(
                ProblemCode.INVALID_REQUEST,
                "purge is '%s', neither true nor false".formatted(purge));
    }

    private static Duration time(String keep) {
        var time = TIME.matcher(keep);
        if (!time.matches()) {
            throw new ProblemException(
                    ProblemCode.INVALID_REQUEST,
                    "keep is '%s', not a time like 12h or 7d".formatted(keep));
        }
        var number = Long.parseLong(time.group(1));
        return switch (time.group(2)) {
            case "s" -> Duration.ofSeconds(number);
            case "m" -> Duration.ofMinutes(number);
            case "h" -> Duration.ofHours(number);
            default -> Duration.ofDays(number);
        };
    }
}
