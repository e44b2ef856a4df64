package dev.cistern.worker.transfer;

import dev.cistern.common.message.Ticket;
import dev.cistern.common.problem.ProblemCode;
import dev.cistern.common.problem.ProblemException;
import dev.cistern.image.Progress;
import dev.cistern.image.storage.Storage;
import dev.cistern.worker.execution.Work;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The transfers that clients have with this worker. Thread-safe. */
public final class Transfers {
    /** Where they are below the worker's address. */
    static final String PATH = "/v1/transfers/";

    private static final int ENDS_REMEMBERED = 1024;

    private final Supplier<String> address;
    private final Map<String, Transfer> open = new ConcurrentHashMap<>();
    private final List<Consumer<String>> listeners = new CopyOnWriteArrayList<>();
    private final Map<String, Boolean> ended =
            new LinkedHashMap<>() {
                private static final long serialVersionUID = 1L;

                @Override
                protected boolean removeEldestEntry(Map.Entry<String, Boolean> eldest) {
                    return size() > ENDS_REMEMBERED;
                }
            };

    /**
     * None yet.
     *
     * @param address of this worker as clients reach it, without a slash at its end
     */
    public Transfers(Supplier<String> address) {
        this.address = address;
    }

    /** Has each transfer told that begins, by its address, once it can be found. */
    public void listen(Consumer<String> listener) {
        listeners.add(listener);
    }

    /** Lets a client fetch; it is told the address until this is closed. */
    public Transfer download(Work work, Ticket ticket, Content content, Progress progress) {
        return begin(work, ticket, content, null, progress);
    }

    /**
     * Lets a client deliver, into a file.
     *
     * @param size the most bytes that the file may come to have
     */
    public Transfer upload(Work work, Ticket ticket, Storage file, long size, Progress progress) {
        return begin(work, ticket, new Content.OfFile(file, size), file, progress);
    }

    private Transfer begin(
            Work work,
            Ticket ticket,
            Content content,
            @Nullable Storage incoming,
            Progress progress) {
        var transfer =
                new Transfer(
                        work.operation(),
                        ticket,
                        content,
                        incoming,
                        progress,
                        ended -> end(ended, work));
        open.put(transfer.name(), transfer);
        var url = address.get() + PATH + transfer.name();
        work.serving(url);
        listeners.forEach(listener -> listener.accept(url));
        return transfer;
    }

    private void end(Transfer transfer, Work work) {
        synchronized (ended) {
            ended.put(transfer.name(), true);
        }
        open.remove(transfer.name());
        work.serving(null);
    }

    /**
     * Finds one by its name.
     *
     * @throws ProblemException if it is over, or was never here
     */
    Transfer get(String name) {
        var transfer = open.get(name);
        if (transfer != null) {
            return transfer;
        }
        synchronized (ended) {
            if (ended.containsKey(name)) {
                throw Transfer.over(name);
            }
        }
        throw unknown(name);
    }

    private static ProblemException unknown(String name) {
        return new ProblemException(
                ProblemCode.TRANSFER_NOT_FOUND,
                "this worker has no transfer '%s': ask the API where it is".formatted(name));
    }

    /** Leaves those that are open to other workers. */
    public void stop() {
        open.values().forEach(Transfer::stop);
    }
}
