package dev.cistern.volume;

import dev.cistern.common.problem.ProblemCode;
import dev.cistern.common.problem.ProblemException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jdbi.v3.core.Jdbi;

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

    private static final String LIVING = "('CREATING', 'AVAILABLE', 'DELETING')";

    private final Jdbi jdbi;

    /** The chains in the schema of {@code jdbi}. */
    public Chains(Jdbi jdbi) {
        this.jdbi = jdbi;
    }

    /** A volume and the one that it builds on. */
    public record Child(Volume volume, UUID base) {}

    /** The volume that one builds on; empty if on none, or none of its pool. */
    public Optional<Volume> base(Volume volume) {
        return volume.backingFile() == null
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
                                        .bind("file", volume.backingFile())
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

    /** The volumes whose images name this one's file. */
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
                                        VolumeQuery.FIELDS
                                                + ", b.id as base from volume b"
                                                + " join volume v on v.pool = b.pool and v.id <> b.id"
                                                + VolumeQuery.POOL
                                                + " and v.backing_file in"
                                                + " (b.name, './' || b.name, p.path || '/' || b.name)"
                                                + " where b.id = any(:bases) and v.state in "
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
