package dev.cistern.pool;

import dev.cistern.common.message.Json;
import dev.cistern.common.message.Permissions;
import dev.cistern.common.message.PoolFigures;
import dev.cistern.common.message.PoolPlace;
import jakarta.persistence.Column;
import jakarta.persistence.Embedded;
import jakarta.persistence.Entity;
import jakarta.persistence.EnumType;
import jakarta.persistence.Enumerated;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;
import org.hibernate.annotations.Generated;
import org.jspecify.annotations.Nullable;

/**
 * A storage pool. Its methods are decisions; each is taken in a transaction that has locked the
 * row.
 */
@Entity
@Table(name = "pool")
public class Pool {
    @Id private UUID id;

    @Generated
    @Column(insertable = false, updatable = false)
    private long position;

    private String name;
    private String tenant;
    private String type;
    private String path;

    @Column(name = "worker_group")
    private @Nullable String group;

    @Enumerated(EnumType.STRING)
    private PoolState state;

    private long epoch;
    private boolean claimed;
    private boolean opened;
    private boolean autostart;
    private String source;
    private double overcommit;

    @Column(name = "capacity_limit")
    private @Nullable Long limit;

    private long reserve;

    @Column(name = "low_space")
    private long lowSpace;

    private boolean low;

    @Embedded private PoolFolder folder = new PoolFolder();

    private @Nullable String label;

    private long capacity;
    private long allocation;
    private long available;
    private @Nullable String xml;

    @Column(name = "event_sequence")
    private long eventSequence;

    @Column(name = "looked_at")
    private Instant lookedAt;

    @Column(name = "created_at")
    private Instant createdAt;

    @Column(name = "updated_at")
    private Instant updatedAt;

    /** For Hibernate. */
    @SuppressWarnings("NullAway.Init")
    protected Pool() {}

    /** A pool that has just been defined: inactive, its folder not looked at. */
    public Pool(UUID id, String tenant, PoolDefinition definition) {
        this.id = id;
        this.tenant = tenant;
        this.createdAt = Instant.now();
        this.lookedAt = createdAt;
        this.name = definition.name();
        this.type = definition.type();
        this.path = definition.path();
        this.source = Json.text(definition.source());
        this.state = PoolState.INACTIVE;
        this.updatedAt = createdAt;
        accounting(definition);
        redefine(definition);
    }

    /** An undefined pool comes back: of its past it has the id, the epoch and its events. */
    public void comeBack(String newTenant, PoolDefinition definition) {
        tenant = newTenant;
        measured(PoolFigures.UNKNOWN);
        accounting(definition);
        redefine(definition);
    }

    /**
     * Takes a new definition, as {@code virsh pool-define} does with one that has the same name and
     * UUID. What libvirt's XML has no words for stays as it is under a definition in XML, and the
     * worker group under one that names none.
     */
    public final void redefine(PoolDefinition definition) {
        if (!path.equals(definition.path())
                || !source().mount(type).equals(definition.source().mount(definition.type()))) {
            claimed = false;
            measured(PoolFigures.UNKNOWN);
        }
        name = definition.name();
        type = definition.type();
        path = definition.path();
        source = Json.text(definition.source());
        if (definition.node() != null) {
            group = definition.node();
        }
        folder.define(definition.permissions());
        label = definition.label();
        if (definition.xml() == null) {
            accounting(definition);
        }
        xml = definition.xml();
        become(PoolState.INACTIVE);
    }

    private void accounting(PoolDefinition definition) {
        autostart = definition.autostart();
        promise(definition.space());
    }

    private void promise(SpaceRules space) {
        overcommit = space.overcommit();
        limit = space.limit();
        reserve = space.reserve();
        lowSpace = space.lowSpace();
    }

    /** The worker group that reaches the folder is known from now on. */
    public void reachedBy(String workerGroup) {
        if (group == null) {
            group = workerGroup;
        }
    }

    /** The folder is being made. */
    public void building() {
        become(PoolState.BUILDING);
    }

    /**
     * The folder is made.
     *
     * @param permissions that it has; null if they were not told
     */
    public void built(@Nullable Permissions permissions) {
        folder.see(permissions);
        become(PoolState.INACTIVE);
    }

    /** The folder was not made. */
    public void notBuilt() {
        become(PoolState.INACTIVE);
    }

    /** A start begins: what belonged to earlier ones is out of date. */
    public void starting() {
        epoch++;
    }

    /** A worker has put the marker into the folder. */
    public void claimed(PoolFigures figures) {
        claimed = true;
        opened = true;
        measured(figures);
    }

    /** Volumes may be worked with. */
    public void running(PoolFigures figures) {
        measured(figures);
        become(PoolState.RUNNING);
    }

    /** The folder is not there or not ours. */
    public void inaccessible() {
        become(PoolState.INACCESSIBLE);
    }

    /** No new work is to be begun; returns the epoch of the closing. */
    public long closing() {
        opened = false;
        return ++epoch;
    }

    /** Work may begin again under a new epoch. */
    public void reopened() {
        epoch++;
        opened = true;
    }

    /** Stopped. */
    public void stopped() {
        become(PoolState.INACTIVE);
    }

    /** A worker is to take the marker off the folder; a start does not look for it any more. */
    public void released() {
        claimed = false;
    }

    /**
     * Its folder is gone, and the marker with it; an empty one takes its place at the next build.
     */
    public void deleted() {
        claimed = false;
        measured(PoolFigures.UNKNOWN);
    }

    /** Takes what users may change at any time; null leaves a setting alone. */
    public void adjust(PoolSettings settings) {
        if (settings.autostart() != null) {
            autostart = settings.autostart();
        }
        promise(settings.over(space()));
        updatedAt = Instant.now();
    }

    /** Gone, and the folder is free. */
    public void undefined() {
        become(PoolState.UNDEFINED);
    }

    /** The figures as last seen. */
    public final void measured(PoolFigures figures) {
        capacity = figures.capacity();
        allocation = figures.allocation();
        available = figures.available();
        folder.see(figures.folder());
        updatedAt = Instant.now();
    }

    /** Whether it is low on space now and was not when this was last asked. */
    public boolean becomesLow() {
        var before = low;
        low = capacity > 0 && space().isLow(available);
        return low && !before;
    }

    /** The number of the next public event. */
    public long nextEvent() {
        return ++eventSequence;
    }

    private void become(PoolState next) {
        state = next;
        updatedAt = Instant.now();
    }

    /** What commands carry. */
    public PoolPlace place(UUID installation) {
        return new PoolPlace(id, installation, epoch, path, source().mount(type).orElse(null));
    }

    /** Bytes that the capacities of the volumes may sum up to. */
    public long allowed() {
        return space().allowed(capacity);
    }

    /** The pool's id, libvirt's UUID. */
    public UUID id() {
        return id;
    }

    /** Place in lists. */
    public long position() {
        return position;
    }

    /** Its name, unique among those not undefined. */
    public String name() {
        return name;
    }

    /** Whom it belongs to. */
    public String tenant() {
        return tenant;
    }

    /** libvirt's type. */
    public String type() {
        return type;
    }

    /** Its folder, absolute. */
    public String path() {
        return path;
    }

    /** The worker group that reaches it, or null while that is open. */
    public @Nullable String group() {
        return group;
    }

    /** Somebody looks at what is in it, whatever he will find. */
    public void lookedAt(Instant now) {
        lookedAt = now;
    }

    /** When that was last begun. */
    public Instant lookedAt() {
        return lookedAt;
    }

    /** Its state. */
    public PoolState state() {
        return state;
    }

    /** Counts starts and closings. */
    public long epoch() {
        return epoch;
    }

    /** Whether its marker is in the folder. */
    public boolean claimed() {
        return claimed;
    }

    /**
     * Whether a start was ever begun: volume-service may know the pool, and a folder its marker.
     */
    public boolean everStarted() {
        return epoch > 0;
    }

    /** Whether volume-service has been told that it is open. */
    public boolean opened() {
        return opened;
    }

    /** Whether it starts with the system. */
    public boolean autostart() {
        return autostart;
    }

    /** Where its content comes from. */
    public final PoolSource source() {
        return Json.readOwn(source, PoolSource.class);
    }

    /** How its space is promised. */
    public final SpaceRules space() {
        return new SpaceRules(overcommit, limit, reserve, lowSpace);
    }

    /** Whether it was low on space when last measured. */
    public boolean low() {
        return low;
    }

    /** Owner and mode that its folder is to have. */
    public Permissions permissions() {
        return folder.defined();
    }

    /** Those that a worker has seen its folder have, since it was defined so. */
    public Optional<Permissions> folder() {
        return folder.seen();
    }

    /** Its security label, or null. */
    public @Nullable String label() {
        return label;
    }

    /** The figures as last seen. */
    public PoolFigures figures() {
        return new PoolFigures(capacity, allocation, available);
    }

    /** The XML that it was defined by, or null. */
    public @Nullable String xml() {
        return xml;
    }

    /** When it was first defined. */
    public Instant createdAt() {
        return createdAt;
    }

    /** When it last changed. */
    public Instant updatedAt() {
        return updatedAt;
    }
}
