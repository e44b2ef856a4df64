package dev.cistern.volume.rest;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.cistern.volume.Chains.Base;
import dev.cistern.volume.Volume;
import dev.cistern.volume.work.UpkeepService.Graph;
import java.util.List;
import java.util.UUID;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * The chains that a volume is in, as the API shows them.
 *
 * @param depth images in the chain that ends at the volume, itself included
 * @param below what it builds on, the nearest first
 * @param above what builds on it, the nearest first
 * @param missingBase the backing file that the lowest image of the chain names, if that is no
 *     volume of the pool
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record GraphView(
        Node volume,
        int depth,
        int allowedDepth,
        List<Node> below,
        List<Node> above,
        @Nullable String missingBase) {

    /**
     * A volume of a chain.
     *
     * @param base id of the volume that it builds on, if known
     * @param snapshot id of the external one of the base that it is over, if it is over one
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Node(
            UUID id,
            String name,
            String format,
            String state,
            List<String> conditions,
            @Nullable UUID base,
            @Nullable UUID snapshot) {
        static Node of(Volume volume, @Nullable Base base) {
            return base == null || base.snapshot() == null
                    ? of(volume, base == null ? null : base.volume().id(), null)
                    : of(volume, base.volume().id(), base.snapshot().id());
        }

        static Node of(Volume volume, @Nullable UUID base, @Nullable UUID snapshot) {
            return new Node(
                    volume.id(),
                    volume.name(),
                    volume.format(),
                    volume.state().text(),
                    volume.conditions(),
                    base,
                    snapshot);
        }
    }

    static GraphView of(Graph graph) {
        var below = graph.below();
        return new GraphView(
                Node.of(graph.volume(), below.isEmpty() ? null : below.getFirst()),
                graph.depth(),
                graph.allowedDepth(),
                chain(below),
                graph.above().stream()
                        .map(child -> Node.of(child.volume(), child.base(), child.snapshot()))
                        .toList(),
                graph.lowest());
    }

    private static List<Node> chain(List<Base> below) {
        return IntStream.range(0, below.size())
                .mapToObj(
                        at ->
                                Node.of(
                                        below.get(at).volume(),
                                        at + 1 < below.size() ? below.get(at + 1) : null))
                .toList();
    }
}
