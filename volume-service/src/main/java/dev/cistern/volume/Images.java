package dev.cistern.volume;

import dev.cistern.common.message.FileFacts;
import dev.cistern.common.message.ImageOptions;
import dev.cistern.common.message.Json;
import java.util.Map;
import java.util.UUID;
import org.jdbi.v3.core.Jdbi;
import org.jspecify.annotations.Nullable;

/** The notes on volumes' images. Each method is one statement in the caller's transaction. */
public final class Images {
    /** What a qcow2 image is if nothing else is asked; of one that was made so nothing is noted. */
    private static final ImageOptions USUAL =
            new ImageOptions(null, "1.1", 64 << 10, false, false, "zlib", 16);

    private final Jdbi jdbi;

    /** The notes in the schema of {@code jdbi}. */
    public Images(Jdbi jdbi) {
        this.jdbi = jdbi;
    }

    /** What there is on a volume. */
    public ImageNotes of(UUID volume) {
        return jdbi.withHandle(
                handle ->
                        handle.createQuery("select options, xml from image where volume = :volume")
                                .bind("volume", volume)
                                .map(
                                        (row, _) ->
                                                new ImageNotes(
                                                        options(row.getString("options")),
                                                        row.getString("xml")))
                                .findOne()
                                .orElse(new ImageNotes(USUAL, null)));
    }

    private static ImageOptions options(@Nullable String json) {
        return json == null ? USUAL : Json.readOwn(json, ImageOptions.class);
    }

    /** The XML that a volume is created from. */
    public void givenAs(UUID volume, String xml) {
        jdbi.useHandle(
                handle ->
                        handle.execute(
                                "insert into image (volume, xml) values (?, ?)"
                                        + " on conflict (volume) do update set xml = excluded.xml",
                                volume,
                                xml));
    }

    /** The files of volumes were made; creations are many, and most are of images as usual. */
    public void made(Map<UUID, FileFacts> files) {
        files.forEach(
                (volume, file) -> {
                    if (!USUAL.equals(file.options())) {
                        seen(volume, file);
                    }
                });
    }

    /** A volume's file was seen. */
    public void seen(UUID volume, FileFacts file) {
        var options = file.options();
        if (options != null) {
            jdbi.useHandle(
                    handle ->
                            handle.execute(
                                    "insert into image (volume, options) values (?, cast(? as jsonb))"
                                            + " on conflict (volume) do update set options = excluded.options",
                                    volume,
                                    Json.text(options)));
        }
    }

    /** The files of a pool have been looked at. */
    public void seen(UUID pool) {
        jdbi.useHandle(
                handle ->
                        handle.createUpdate(
                                        "insert into image (volume, options) select v.id, e.options from pool_file e"
                                                + " join lateral (select id from volume where pool = e.pool and name = e.name"
                                                + " and state = 'AVAILABLE' and not drifted offset 0) v on true"
                                                + " left join lateral (select options from image where volume = v.id offset 0) i on true"
                                                + " where e.pool = :pool and e.options is not null"
                                                + " and e.options is distinct from coalesce(i.options, cast(:usual as jsonb))"
                                                + " on conflict (volume) do update set options = excluded.options")
                                .bind("pool", pool)
                                .bind("usual", Json.text(USUAL))
                                .execute());
    }
}
