package dev.cistern.volume;

import dev.cistern.common.message.SealedFile;
import dev.cistern.common.problem.ProblemCode;
import dev.cistern.common.problem.ProblemException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jdbi.v3.core.Jdbi;
import org.jspecify.annotations.Nullable;

/**
 * Which volumes build on which. A volume's base is the volume of its pool that has the name which
 * its image gives for its backing file, as QEMU would find it; so the relation is that of the files
 * as they were last seen, whoever has made them.
 */
public final class Chains {
    /** No chain that anything reads is as long; it also ends one that goes round. */
    private static final int LONGEST = 256;

    /** Most volumes above one that are told of. */
    private static final int MOST_ABOVE = 10_000;

    private static final String BASES =
            " from volume b join pool_view p on p.id = b.pool"
                    + " cross join lateral (values (b.name), ('./' || b.name), (p.path || '/' || b.name))"
                    + " as f (name)";

    private static final String SEALED =
            " from volume b join pool_view p on p.id = b.pool"
                    + " join snapshot e on e.volume = b.id and e.kind = 'EXTERNAL' and e.state = 'AVAILABLE'"
                    + " cross join lateral (select '"
                    + SealedFile.PREFIX
                    + "' || b.id || '.' || e.id || case b.format when 'vmdk' then '.vmdk' else '' end) as n (file)"
                    + " cross join lateral (values (n.file), ('./' || n.file), (p.path || '/' || n.file))"
                    + " as f (name)";

    private static final String BY_ITSELF =
            " join volume v on v.pool = b.pool and v.backing_file = f.name where b.id = any(:bases)";

    private static final String BY_SNAPSHOT =
            " join snapshot s on s.backing_file = f.name and s.state = 'AVAILABLE'"
                    + " join volume v on v.id = s.volume and v.pool = b.pool"
                    + " where b.id = any(:bases)";

    /**
     * Volumes with those of {@code :bases} whose files, or files of external snapshots, they name,
     * themselves or by a snapshot.
     */
    private static final String NAMED =
            "with named as (select v.id, b.id as base, cast(null as uuid) as snapshot"
                    + BASES
                    + BY_ITSELF
                    + " union select v.id, b.id, null"
                    + BASES
                    + BY_SNAPSHOT
                    + " union select v.id, b.id, e.id"
                    + SEALED
                    + BY_ITSELF
                    + " union select v.id, b.id, e.id"
                    + SEALED
                    + BY_SNAPSHOT
                    + ") ";

    private static final String LIVING = "('CREATING', 'AVAILABLE', 'DELETING')";

    private final Jdbi jdbi;
    private final Snapshots snapshots;

    /** The chains in the schema of {@code jdbi}. */
    public Chains(Jdbi jdbi) {
        this.jdbi = jdbi;
        this.snapshots = new Snapshots(jdbi);
    }

    /**
     * A volume and the one that it builds on.
     *
     * @param snapshot the external one of the base that it is over; null if it is over the base as
     *     it is
     */
    public record Child(Volume volume, UUID base, @Nullable UUID snapshot) {}

    /**
     * What a volume builds on.
     *
     * @param snapshot external one of the volume whose file that is; null if it is the volume's own
     */
    public record Base(Volume volume, @Nullable Snapshot snapshot) {}

    /** The external snapshots of its own that a volume's image is over, the nearest first. */
    public List<Snapshot> sealed(Volume volume) {
        return sealed(new Base(volume, null));
    }

    /** From the file of a snapshot down, that one included. */
    private List<Snapshot> sealed(Base top) {
        var volume = top.volume();
        if (top.snapshot() == null && !isSealed(volume)) {
            return List.of();
        }
        var files =
                snapshots.of(volume.id()).stream()
                        .filter(each -> each.kind() == Snapshot.Kind.EXTERNAL)
                        .collect(
                                Collectors.toMap(each -> each.file(volume.format()), each -> each));
        var chain = new ArrayList<Snapshot>();
        var first =
                top.snapshot() == null
                        ? volume.backingFile()
                        : top.snapshot().file(volume.format());
        for (var next = files.remove(first); next != null; ) {
            chain.add(next);
            next = next.backingFile() == null ? null : files.remove(next.backingFile());
        }
        return chain;
    }

    /** Whether a volume's image is over an external snapshot of its own. */
    public static boolean isSealed(Volume volume) {
        var below = volume.backingFile();
        return below != null && below.startsWith(SealedFile.prefix(volume.id()));
    }

    /** What it builds on besides snapshots of its own, as its image or the lowest names it. */
    private @Nullable String backing(Base top) {
        var own = sealed(top);
        return own.isEmpty() ? top.volume().backingFile() : own.getLast().backingFile();
    }

    /** What a volume builds on; empty if on nothing, or nothing that its pool has. */
    public Optional<Base> base(Volume volume) {
        return base(new Base(volume, null));
    }

    private Optional<Base> base(Base top) {
        var file = backing(top);
        var pool = top.volume().poolId();
        return file == null
                ? Optional.empty()
                : named(pool, file)
                        .map(volume -> new Base(volume, null))
                        .or(() -> sealedAs(pool, file));
    }

    private Optional<Volume> named(UUID pool, String file) {
        return jdbi.withHandle(
                handle ->
                        handle.createQuery(
                                        VolumeQuery.FIELDS
                                                + " from volume v"
                                                + VolumeQuery.POOL
                                                + " where v.pool = :pool and v.state in "
                                                + LIVING
                                                + " and v.name = base_name(:file, p.path)")
                                .bind("pool", pool)
                                .bind("file", file)
                                .map((row, _) -> VolumeQuery.read(row))
                                .findOne());
    }

    private Optional<Base> sealedAs(UUID pool, String file) {
        return jdbi.withHandle(
                        handle ->
                                handle.createQuery(
                                                "select e.id from volume v"
                                                        + VolumeQuery.POOL
                                                        + " join snapshot e on e.volume = v.id and e.kind = 'EXTERNAL'"
                                                        + " and e.state = 'AVAILABLE'"
                                                        + " where v.pool = :pool and v.state in "
                                                        + LIVING
                                                        + " and e.id = sealed_snapshot(:file, p.path)")
                                        .bind("pool", pool)
                                        .bind("file", file)
                                        .mapTo(UUID.class)
                                        .findOne())
                .map(snapshots::get)
                .flatMap(
                        snapshot ->
                                new VolumeQuery(jdbi)
                                        .find(snapshot.volume())
                                        .map(volume -> new Base(volume, snapshot)));
    }

    /** All that a volume builds on, the nearest first. */
    public List<Base> bases(Volume volume) {
        return bases(new Base(volume, null));
    }

    private List<Base> bases(Base top) {
        var chain = new ArrayList<Base>();
        for (var base = base(top);
                base.isPresent() && chain.size() < LONGEST;
                base = base(base.get())) {
            chain.add(base.get());
        }
        return chain;
    }

    /** The volumes that one builds on, or on what they were, the nearest first. */
    public List<Volume> below(Volume volume) {
        return bases(volume).stream().map(Base::volume).toList();
    }

    /** The backing file that the lowest image of a volume's chain names. */
    public @Nullable String lowest(Volume volume) {
        var bases = bases(volume);
        return backing(bases.isEmpty() ? new Base(volume, null) : bases.getLast());
    }

    /** How many images a volume's chain has, its own included. */
    public int depth(Volume volume) {
        return depth(new Base(volume, null));
    }

    /** The same of the chain that ends with a file. */
    public int depth(Base top) {
        return Stream.concat(Stream.of(top), bases(top).stream())
                .mapToInt(each -> sealed(each).size() + (each.snapshot() == null ? 1 : 0))
                .sum();
    }

    /** The volumes whose images, or external snapshots, name this one's file. */
    public List<Volume> children(Volume volume) {
        return dependents(volume).stream()
                .filter(child -> child.snapshot() == null)
                .map(Child::volume)
                .toList();
    }

    /** Those, and those which name the files of this one's external snapshots. */
    public List<Child> dependents(Volume volume) {
        return children(List.of(volume.id()));
    }

    /** The volumes whose images, or external snapshots, name the file of an external snapshot. */
    public List<Volume> over(Snapshot snapshot) {
        return over(snapshot, children(List.of(snapshot.volume())));
    }

    /** All that builds on a volume, the nearest first. */
    public List<Child> above(Volume volume) {
        var all = new ArrayList<Child>();
        var seen = new HashSet<>(List.of(volume.id()));
        for (var level = List.of(volume.id()); !level.isEmpty() && all.size() < MOST_ABOVE; ) {
            var next =
                    children(level).stream()
                            .filter(child -> seen.add(child.volume().id()))
                            .toList();
            all.addAll(next);
            level = next.stream().map(child -> child.volume().id()).toList();
        }
        return all;
    }

    private List<Child> children(List<UUID> bases) {
        return jdbi.withHandle(
                handle ->
                        handle.createQuery(
                                        NAMED
                                                + VolumeQuery.FIELDS
                                                + ", n.base, n.snapshot as sealed from named n join volume v on v.id = n.id"
                                                + VolumeQuery.POOL
                                                + " where v.id <> n.base and v.state in "
                                                + LIVING
                                                + " order by v.position")
                                .bind("bases", bases.toArray(UUID[]::new))
                                .map(
                                        (row, _) ->
                                                new Child(
                                                        VolumeQuery.read(row),
                                                        row.getObject("base", UUID.class),
                                                        row.getObject("sealed", UUID.class)))
                                .list());
    }

    /**
     * Refuses a volume whose image is over a snapshot of its own, where it should be over another
     * volume.
     *
     * @throws ProblemException with the snapshot's name
     */
    public void requireNotSealed(Volume volume) {
        var own = sealed(volume);
        if (!own.isEmpty()) {
            throw new ProblemException(
                    ProblemCode.VOLUME_STATE,
                    "volume '%s' builds on its own snapshot '%s': delete that, which makes one image of the two"
                            .formatted(volume.name(), own.getFirst().name()));
        }
    }

    /**
     * Refuses what would break the volumes that build on one as it is.
     *
     * @param what would be done, for example {@code deleted}
     * @throws ProblemException with their names, if there are any
     */
    public void requireNoChildren(Volume volume, String what) {
        Dependents.refuseIfAny(volume, children(volume), what);
    }

    /** The same of what would break those too that build on its external snapshots. */
    public void requireNoDependents(Volume volume, String what) {
        refuseIfAny(volume, dependents(volume), what);
    }

    /** The same of those that were looked for already. */
    public void refuseIfAny(Volume volume, List<Child> dependents, String what) {
        Dependents.refuseIfAny(
                volume,
                dependents.stream()
                        .filter(child -> child.snapshot() == null)
                        .map(Child::volume)
                        .toList(),
                what);
        dependents.stream()
                .map(Child::snapshot)
                .filter(Objects::nonNull)
                .findFirst()
                .map(snapshots::get)
                .ifPresent(
                        snapshot ->
                                Dependents.refuseIfAny(
                                        volume, snapshot, over(snapshot, dependents), what));
    }

    private static List<Volume> over(Snapshot snapshot, List<Child> dependents) {
        return dependents.stream()
                .filter(child -> snapshot.id().equals(child.snapshot()))
                .map(Child::volume)
                .toList();
    }
}
