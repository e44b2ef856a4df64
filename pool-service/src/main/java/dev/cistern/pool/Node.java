package dev.cistern.pool;

import dev.cistern.common.message.Heartbeat;
import dev.cistern.common.message.Heartbeat.Slots;
import dev.cistern.common.message.Json;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.hibernate.annotations.JdbcTypeCode;
import org.hibernate.type.SqlTypes;

/** A worker that has been heard of. */
@Entity
@Table(name = "node")
public class Node {
    private static final Duration SILENT_AFTER = Duration.ofSeconds(15);

    @Id private String name;

    @JdbcTypeCode(SqlTypes.ARRAY)
    @Column(name = "worker_groups")
    private List<String> groups;

    private String version;

    @Column(name = "metadata_total")
    private int metadataTotal;

    @Column(name = "metadata_free")
    private int metadataFree;

    @Column(name = "bulk_total")
    private int bulkTotal;

    @Column(name = "bulk_free")
    private int bulkFree;

    private int running;
    private String pools;

    @Column(name = "last_seen")
    private Instant lastSeen;

    /** For Hibernate. */
    @SuppressWarnings("NullAway.Init")
    protected Node() {}

    /** A node on its first heartbeat. */
    @SuppressWarnings("NullAway.Init")
    public Node(Heartbeat heartbeat, Instant now) {
        name = heartbeat.worker();
        heard(heartbeat, now);
    }

    /** It gave a sign of life; {@code now} is of our clock, as that of the node may be wrong. */
    public final void heard(Heartbeat heartbeat, Instant now) {
        groups = List.copyOf(heartbeat.groups());
        version = heartbeat.version();
        metadataTotal = heartbeat.metadata().total();
        metadataFree = heartbeat.metadata().free();
        bulkTotal = heartbeat.bulk().total();
        bulkFree = heartbeat.bulk().free();
        running = heartbeat.running().size();
        pools = Json.text(heartbeat.pools());
        lastSeen = now;
    }

    /** Whether it was heard of lately. */
    public boolean online(Instant now) {
        return lastSeen.isAfter(now.minus(SILENT_AFTER));
    }

    /** Its name. */
    public String name() {
        return name;
    }

    /** The worker groups that it belongs to. */
    public List<String> groups() {
        return groups;
    }

    /** Its version of Cistern. */
    public String version() {
        return version;
    }

    /** Its room for short commands. */
    public Slots metadata() {
        return new Slots(metadataTotal, metadataFree);
    }

    /** Its room for long commands. */
    public Slots bulk() {
        return new Slots(bulkTotal, bulkFree);
    }

    /** Commands in hand. */
    public int running() {
        return running;
    }

    /** The pools that it works on, and how it finds their folders. */
    public List<Heartbeat.Reach> pools() {
        return List.of(Json.readOwn(pools, Heartbeat.Reach[].class));
    }

    /** Its last sign of life. */
    public Instant lastSeen() {
        return lastSeen;
    }
}
