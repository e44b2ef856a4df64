package dev.cistern.img;

/** How results are written. */
enum Output {
    HUMAN,
    JSON;

    /** What {@code --output} asks for. */
    static Output of(Options options) throws Failure {
        return switch (options.last("output").orElse("human")) {
            case "human" -> HUMAN;
            case "json" -> JSON;
            default -> throw Failure.of("--output must be used with human or json as argument.");
        };
    }
}
