package dev.cistern.common.http;

import dev.cistern.common.operation.NewOperation.Requester;
import dev.cistern.common.operation.Terms;
import dev.cistern.common.problem.ProblemCode;
import dev.cistern.common.problem.ProblemException;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.UriInfo;
import java.time.Duration;
import java.util.HashSet;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Pattern;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.jspecify.annotations.Nullable;

/** What every request says about itself in its headers. */
public final class RequestContext {
    /** Header in which {@link RepeatedRequests} hands on what the request is told apart by. */
    static final String FINGERPRINT = "Cistern-Fingerprint";

    static final String TENANT = "Cistern-Tenant";
    static final String KEY = "Idempotency-Key";

    private static final long SLOWEST = 1 << 16;

    private static final Pattern NAME = Pattern.compile("[\\p{Alnum}@._:-]{1,128}");

    private static final Pattern KEY_NAME = Pattern.compile("[\\x21-\\x7e]{1,255}");

    /** W3C Trace Context, 3.2. */
    private static final Pattern TRACEPARENT =
            Pattern.compile("[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}");

    /** RFC 9110, 8.8.3. */
    private static final Pattern TAG = Pattern.compile("(?:W/)?\"[\\x21\\x23-\\x7e]*\"");

    private static final Pattern TAGS = Pattern.compile(TAG + "(?:[ \\t]*,[ \\t]*" + TAG + ")*");

    @HeaderParam(TENANT)
    private @Nullable String tenant;

    @HeaderParam("Cistern-Actor")
    private @Nullable String actor;

    @HeaderParam("traceparent")
    private @Nullable String traceparent;

    @HeaderParam("Prefer")
    private @Nullable String prefer;

    @HeaderParam(KEY)
    private @Nullable String key;

    @Parameter(hidden = true)
    @HeaderParam(FINGERPRINT)
    private @Nullable String fingerprint;

    @HeaderParam("If-Match")
    private @Nullable String ifMatch;

    @QueryParam("maxBytesPerSecond")
    private @Nullable Long maxBytesPerSecond;

    @Context private @Nullable UriInfo uri;

    /**
     * Who asks, and on which terms.
     *
     * @throws ProblemException if tenant, actor or key cannot be names, or what is expected is no
     *     list of entity tags
     */
    public Requester requester() {
        var trace =
                traceparent != null && TRACEPARENT.matcher(traceparent).matches()
                        ? traceparent
                        : null;
        return new Requester(
                tenant(tenant), name("Cistern-Actor", actor, "anonymous"), trace, terms());
    }

    private Terms terms() {
        if (maxBytesPerSecond != null && maxBytesPerSecond < SLOWEST) {
            throw new ProblemException(
                    ProblemCode.INVALID_REQUEST,
                    "maxBytesPerSecond is %d, and less than %d would not get on"
                            .formatted(maxBytesPerSecond, SLOWEST));
        }
        return new Terms(requestKey(), precondition(), maxBytesPerSecond);
    }

    private Terms.@Nullable Key requestKey() {
        return key == null
                ? null
                : new Terms.Key(key(key), Objects.requireNonNull(fingerprint, FINGERPRINT));
    }

    private Terms.@Nullable Precondition precondition() {
        return ifMatch == null ? null : new Terms.Precondition(resource(), tags(ifMatch.strip()));
    }

    /** The resource that the path names. */
    private String resource() {
        var parameters = Objects.requireNonNull(uri).getPathParameters();
        var named = parameters.getFirst("volume");
        var resource = named == null ? parameters.getFirst("pool") : named;
        if (resource == null) {
            throw new ProblemException(
                    ProblemCode.PRECONDITION_FAILED,
                    "If-Match is for requests about something that exists, and %s has no entity tag"
                            .formatted(uri.getPath()));
        }
        return resource;
    }

    private static Set<String> tags(String header) {
        if (header.equals("*")) {
            return Set.of();
        }
        if (!TAGS.matcher(header).matches()) {
            throw new ProblemException(
                    ProblemCode.INVALID_REQUEST,
                    "the header If-Match is neither * nor a list of entity tags such as \"0a1b\", with their quotes");
        }
        var tags = new HashSet<String>();
        TAG.matcher(header).results().forEach(tag -> tags.add(tag.group()));
        return tags;
    }

    /** How long the caller prefers to wait for the end of what it asks for. */
    public Duration patience() {
        return Waiting.preference(prefer);
    }

    /** The tenant that a header names. */
    static String tenant(@Nullable String header) {
        return name(TENANT, header, "default");
    }

    /** The key that a header has. */
    static String key(String header) {
        if (!KEY_NAME.matcher(header).matches()) {
            throw new ProblemException(
                    ProblemCode.INVALID_REQUEST,
                    "the header Idempotency-Key is not 1 to 255 visible ASCII characters");
        }
        return header;
    }

    private static String name(String header, @Nullable String value, String fallback) {
        if (value == null || value.isEmpty()) {
            return fallback;
        }
        if (!NAME.matcher(value).matches()) {
            throw new ProblemException(
                    ProblemCode.INVALID_REQUEST,
                    "the header %s is not a name of at most 128 letters, digits and @._:-"
                            .formatted(header));
        }
        return value;
    }
}
