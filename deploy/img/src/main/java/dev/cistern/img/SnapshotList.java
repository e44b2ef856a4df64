package dev.cistern.img;

import dev.cistern.image.SnapshotInfo;
import java.time.Duration;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoField;
import java.util.List;

/** The snapshots inside an image, in QEMU's form. */
final class SnapshotList {
    private static final DateTimeFormatter DATE =
            DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm:ss").withZone(ZoneId.systemDefault());
    private static final String ROW = "%-9s %-16s %8s%20s%13s%11s%n";

    private SnapshotList() {}

    /** A table; nothing if there are none. */
    static String human(List<SnapshotInfo> snapshots) {
        if (snapshots.isEmpty()) {
            return "";
        }
        var text = new StringBuilder("Snapshot list:\n");
        text.append(ROW.formatted("ID", "TAG", "VM SIZE", "DATE", "VM CLOCK", "ICOUNT"));
        for (var snapshot : snapshots) {
            text.append(
                    ROW.formatted(
                            snapshot.id(),
                            snapshot.name(),
                            SizeText.human(snapshot.stateBytes()),
                            DATE.format(snapshot.taken()),
                            clock(snapshot.clock()),
                            snapshot.instructions().isPresent()
                                    ? snapshot.instructions().getAsLong()
                                    : ""));
        }
        return text.toString();
    }

    private static String clock(Duration time) {
        return "%02d:%02d:%02d.%03d"
                .formatted(
                        time.toHours(),
                        time.toMinutesPart(),
                        time.toSecondsPart(),
                        time.toMillisPart());
    }

    /** The list of objects. */
    static List<Json.Members> json(List<SnapshotInfo> snapshots) {
        return snapshots.stream().map(SnapshotList::json).toList();
    }

    private static Json.Members json(SnapshotInfo snapshot) {
        var nanos = snapshot.taken().get(ChronoField.NANO_OF_SECOND);
        var members =
                new Json.Members()
                        .put("id", snapshot.id())
                        .put("name", snapshot.name())
                        .put("vm-state-size", snapshot.stateBytes())
                        .put("date-sec", snapshot.taken().getEpochSecond())
                        .put("date-nsec", nanos)
                        .put("vm-clock-sec", snapshot.clock().toSeconds())
                        .put("vm-clock-nsec", snapshot.clock().toNanosPart());
        snapshot.instructions().ifPresent(count -> members.put("icount", count));
        return members;
    }
}
