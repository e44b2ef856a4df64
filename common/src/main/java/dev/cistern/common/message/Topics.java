package dev.cistern.common.message;

/** The names of the Kafka topics. */
public final class Topics {
    /** Cancel and drain; every worker reads all of it. */
    public static final String CONTROL = "cistern.control";

    /** What became of commands. */
    public static final String RESULTS = "cistern.results";

    /** Running operations with attempt and progress, once a second per worker; short retention. */
    public static final String HEARTBEATS = "cistern.heartbeats";

    /** Between the services. */
    public static final String INTERNAL = "cistern.internal";

    /** Public CloudEvents. */
    public static final String EVENTS = "cistern.events";

    /** Messages that no handler could take, with the reason. */
    public static final String DEAD_LETTERS = "cistern.dead-letters";

    private static final String COMMANDS = "cistern.commands.";

    private Topics() {}

    /** The topic with the commands of one lane to one worker group. */
    public static String commands(String group, Lane lane) {
        return switch (lane) {
            case METADATA -> COMMANDS + group;
            case BULK -> COMMANDS + group + ".bulk";
        };
    }

    /** The Kafka group id under which the workers of a group share one lane. */
    public static String workers(String group, Lane lane) {
        return switch (lane) {
            case METADATA -> "cistern.workers." + group;
            case BULK -> "cistern.workers." + group + ".bulk";
        };
    }
}
