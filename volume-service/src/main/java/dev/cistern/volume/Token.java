package dev.cistern.volume;

import dev.cistern.common.message.Ticket;
import dev.cistern.common.problem.ProblemCode;
import dev.cistern.common.problem.ProblemException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.HexFormat;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * By which the client of a transfer is known. It is kept nowhere, only its hash is.
 *
 * @param text as the client shows it
 */
public record Token(String text) {
    private static final int RANDOM_BYTES = 32;
    private static final SecureRandom RANDOM = new SecureRandom();

    /** 22 characters of base64 are 128 bits. */
    private static final Pattern FORM = Pattern.compile("[A-Za-z0-9._~+/=-]{22,256}");

    /** How long a client may be away unless it says otherwise. */
    private static final int IDLE_SECONDS = 60;

    private static final int MAX_IDLE_SECONDS = 3600;

    /** Refuses what can be guessed, or does not fit into a header. */
    public Token {
        if (!FORM.matcher(text).matches()) {
            throw new ProblemException(
                    ProblemCode.INVALID_REQUEST,
                    "the token is not 22 to 256 letters, digits and ._~+/=- that nobody can guess: leave it out to be given one");
        }
    }

    /** One that nobody can guess. */
    public static Token random() {
        var bytes = new byte[RANDOM_BYTES];
        RANDOM.nextBytes(bytes);
        return new Token(Base64.getUrlEncoder().withoutPadding().encodeToString(bytes));
    }

    /**
     * The ticket that it belongs to.
     *
     * @param idleSeconds how long the client may be away; null for a minute
     */
    public Ticket ticket(@Nullable Integer idleSeconds) {
        var idle = idleSeconds == null ? IDLE_SECONDS : idleSeconds;
        if (idle < 1 || idle > MAX_IDLE_SECONDS) {
            throw new ProblemException(
                    ProblemCode.INVALID_REQUEST,
                    "idleSeconds is %d; a transfer can wait 1 to %d seconds for its client"
                            .formatted(idle, MAX_IDLE_SECONDS));
        }
        return new Ticket(hash(), idle);
    }

    private String hash() {
        try {
            var digest = MessageDigest.getInstance("SHA-256");
            return HexFormat.of().formatHex(digest.digest(text.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Does not tell it. */
    @Override
    public String toString() {
        return "a token";
    }
}
