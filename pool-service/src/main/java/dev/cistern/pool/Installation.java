package dev.cistern.pool;

import java.util.UUID;
import org.jdbi.v3.core.Jdbi;

/** This installation's identity, by which a pool's folder knows whose it is. */
public final class Installation {
    private final Jdbi jdbi;
    private volatile UUID id = new UUID(0, 0);

    /** The installation of a schema. */
    public Installation(Jdbi jdbi) {
        this.jdbi = jdbi;
    }

    /** Its id, drawn when the schema was made. */
    public UUID id() {
        if (id.getMostSignificantBits() == 0) {
            id =
                    jdbi.withHandle(
                            handle ->
                                    handle.select("select id from installation")
                                            .mapTo(UUID.class)
                                            .one());
        }
        return id;
    }
}
