package dev.cistern.soak.service;

import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** What clients ask for, with the paths by which the OpenAPI document knows them. */
enum Verb {
    CREATE("POST", "/v1/volumes") {
        @Override
        Map<String, ?> body(Names names, RandomGenerator random) {
            return Map.of(
                    "pool", names.pool(),
                    "name", names.any(random),
                    "format", random.nextBoolean() ? "raw" : "qcow2",
                    "capacity", capacity(random));
        }
    },
    DELETE("DELETE", "/v1/volumes/{volume}"),
    RESIZE("POST", "/v1/volumes/{volume}/resize") {
        @Override
        Map<String, ?> body(Names names, RandomGenerator random) {
            return Map.of("capacity", capacity(random), "shrink", random.nextBoolean());
        }
    },
    CLONE("POST", "/v1/volumes/{volume}/clone") {
        @Override
        Map<String, ?> body(Names names, RandomGenerator random) {
            return Map.of(
                    "name",
                    names.any(random),
                    "strategy",
                    STRATEGIES.get(random.nextInt(STRATEGIES.size())));
        }
    },
    CONVERT("POST", "/v1/volumes/{volume}/convert") {
        @Override
        Map<String, ?> body(Names names, RandomGenerator random) {
            return Map.of("format", random.nextBoolean() ? "raw" : "qcow2");
        }
    },
    RENAME("PATCH", "/v1/volumes/{volume}") {
        @Override
        Map<String, ?> body(Names names, RandomGenerator random) {
            return Map.of("name", names.any(random));
        }
    },
    LABEL("PATCH", "/v1/volumes/{volume}") {
        @Override
        Map<String, ?> body(Names names, RandomGenerator random) {
            return Map.of("labels", Map.of("label", Integer.toString(random.nextInt())));
        }
    },
    WIPE("POST", "/v1/volumes/{volume}/wipe"),
    CHECK("POST", "/v1/volumes/{volume}/check"),
    REPAIR("POST", "/v1/volumes/{volume}/repair"),
    FLATTEN("POST", "/v1/volumes/{volume}/flatten"),
    COMMIT("POST", "/v1/volumes/{volume}/commit"),
    COMPACT("POST", "/v1/volumes/{volume}/compact"),
    SNAPSHOT("POST", "/v1/volumes/{volume}/snapshots") {
        @Override
        Map<String, ?> body(Names names, RandomGenerator random) {
            return Map.of("name", names.snapshot(random));
        }
    },
    REVERT("POST", "/v1/volumes/{volume}/snapshots/{snapshot}/revert"),
    DELETE_SNAPSHOT("DELETE", "/v1/volumes/{volume}/snapshots/{snapshot}"),
    REFRESH("POST", "/v1/pools/{pool}/refresh"),
    CANCEL("POST", "/v1/volumes/{volume}/operations/{operation}/cancel");

    private static final List<String> STRATEGIES = List.of("best", "linked", "full");
    private static final long MIB = 1 << 20;
    private static final int LARGEST = 8;

    private final String method;
    private final String template;

    Verb(String method, String template) {
        this.method = method;
        this.template = template;
    }

    String method() {
        return method;
    }

    /** Its path in the OpenAPI document. */
    String template() {
        return template;
    }

    /** Its path for a volume. */
    String path(Names names, String volume, String operation, RandomGenerator random) {
        return template.replace("{volume}/operations", "-/operations")
                .replace("{volume}", volume)
                .replace("{pool}", names.pool())
                .replace("{snapshot}", names.snapshot(random))
                .replace("{operation}", operation);
    }

    /** Its body, or null for none. */
    @Nullable Map<String, ?> body(Names names, RandomGenerator random) {
        return null;
    }

    private static long capacity(RandomGenerator random) {
        return random.nextInt(1, LARGEST + 1) * MIB;
    }
}
