package dev.cistern.volume;

import dev.cistern.common.message.SealedFile;
import dev.cistern.common.problem.ProblemCode;
import dev.cistern.common.problem.ProblemException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
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

    /** Volumes with those of {@code :bases} that they name, themselves or by a snapshot. */
    private static final String NAMED =
            "with named as (select v.id, b.id as base"
                    + BASES
                    + " join volume v on v.pool = b.pool and v.backing_file = f.name"
                    + " where b.id = any(:bases) union select v.id, b.id"
                    + BASES
                    + " join snapshot s on s.backing_file = f.name and s.state = 'AVAILABLE'"
                    + " join volume v on v.id = s.volume and v.pool = b.pool"
                    + " where b.id = any(:bases)) ";

    private static final String LIVING = "('CREATING', 'AVAILABLE', 'DELETING')";

    private final Jdbi jdbi;
    private final Snapshots snapshots;

    /** The chains in the schema of {@code jdbi}. */
    public Chains(Jdbi jdbi) {
        this.jdbi = jdbi;
        this.snapshots = new Snapshots(jdbi);
    }

    /** A volume and the one that it builds on. */
    public record Child(Volume volume, UUID base) {}

    /** The external snapshots of its own that a volume's image is over, the nearest first. */
    public List<Snapshot> sealed(Volume volume) {
        if (!isSealed(volume)) {
            return List.of();
        }
        var files =
                snapshots.of(volume.id()).stream()
                        .filter(each -> each.kind() == Snapshot.Kind.EXTERNAL)
                        .collect(
                                Collectors.toMap(each -> each.file(volume.format()), each -> each));
        var chain = new ArrayList<Snapshot>();
        for (var next = files.remove(volume.backingFile()); next != null; ) {
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

    /** What a volume builds on besides its own snapshots, as its image or the lowest names it. */
    public @Nullable String backing(Volume volume) {
        var own = sealed(volume);
        return own.isEmpty() ? volume.backingFile() : own.getLast().backingFile();
    }

    /** The volume that one builds on; empty if on none, or none of its pool. */
    public Optional<Volume> base(Volume volume) {
        var backing = backing(volume);
        return backing == null
                ? Optional.empty()
                : jdbi.withHandle(
                        handle ->
                                handle.createQuery(
                                                VolumeQuery.FIELDS
                                                        + " from volume v"
                                                        + VolumeQuery.POOL
                                                        + " where v.pool = :pool and v.state in "
                                                        + LIVING
                                                        + " and v.name = base_name(:file, p.path)")
                                        .bind("pool", volume.poolId())
                                        .bind("file", backing)
                                        .map((row, _) -> VolumeQuery.read(row))
                                        .findOne());
    }

    /** All that a volume builds on, the nearest first. */
    public List<Volume> below(Volume volume) {
        var chain = new ArrayList<Volume>();
        for (var base = base(volume);
                base.isPresent() && chain.size() < LONGEST;
                base = base(base.get())) {
            chain.add(base.get());
        }
        return chain;
    }

    /** How many images a volume's chain has, its own included. */
    public int depth(Volume volume) {
        return Stream.concat(Stream.of(volume), below(volume).stream())
                .mapToInt(each -> 1 + sealed(each).size())
                .sum();
    }

    /** The volumes whose images, or external snapshots, name this one's file. */
    public List<Volume> children(Volume volume) {
        return children(List.of(volume.id())).stream().map(Child::volume).toList();
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
                                                + ", n.base from named n join volume v on v.id = n.id"
                                                + VolumeQuery.POOL
                                                + " where v.id <> n.base and v.state in "
                                                + LIVING
                                                + " order by v.position")
                                .bind("bases", bases.toArray(UUID[]::new))
                                .map(
                                        (row, _) ->
                                                new Child(
                                                        VolumeQuery.read(row),
                                                        row.getObject("base", UUID.class)))
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
     * Refuses what would break the volumes that build on one.
     *
     * @param what would be done, for example {@code deleted}
     * @throws ProblemException with their names, if there are any
     */
    public void requireNoChildren(Volume volume, String what) {
        refuseIfAny(volume, children(volume), what);
    }

    /** The same for children that were looked for already. */
    public static void refuseIfAny(Volume volume, List<Volume> children, String what) {
        if (!children.isEmpty()) {
            var names = children.stream().map(Volume::name).toList();
            throw new ProblemException(
                    ProblemCode.VOLUME_HAS_CHILDREN,
                    "volume '%s' cannot be %s: %s on it; delete or flatten %s first"
                            .formatted(
                                    volume.name(),
                                    what,
                                    said(names),
                                    names.size() == 1 ? "it" : "them"),
                    Map.of("children", names));
        }
    }

    private static String said(List<String> names) {
        var shown = 5;
        return switch (names.size()) {
            case 1 -> "volume '%s' builds".formatted(names.getFirst());
            default ->
                    "%d volumes build ('%s'%s)"
                            .formatted(
                                    names.size(),
                                    String.join(
                                            "', '",
                                            names.subList(0, Math.min(shown, names.size()))),
                                    names.size() > shown ? " and more" : "");
        };
    }
}
