package dev.cistern.pool;

import static dev.cistern.pool.PoolStory.accepted;
import static dev.cistern.pool.PoolStory.end;
import static dev.cistern.pool.PoolStory.failed;
import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.containsInAnyOrder;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItem;

import dev.cistern.common.message.Command;
import dev.cistern.common.message.Control;
import dev.cistern.common.message.PoolMount;
import dev.cistern.common.message.Result;
import dev.cistern.partner.Servers;
import dev.cistern.partner.Stage;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

/** Pools that are mounted, and the verbs that libvirt has beside start and stop. */
@QuarkusTest
@QuarkusTestResource(Servers.class)
final class MountedPoolTest {
    private final Stage stage = Stage.shared();

    @AfterAll
    static void allIsWell() {
        Aftermath.check();
    }

    private static PoolStory onDevice() {
        return PoolStory.defined(
                Map.of(
                        "type",
                        "fs",
                        "source",
                        Map.of(
                                "device",
                                "/dev/sdz",
                                "format",
                                "xfs",
                                "mountOptions",
                                List.of("noatime"))));
    }

    private static Command command(Stage stage, java.util.UUID operation) {
        return stage.take(operation).command();
    }

    @Test
    void workersAreToldWhatToMountAndAllOfThemToLeave() {
        var pool = onDevice();
        var mount = new PoolMount("/dev/sdz", "xfs", List.of("nodev,nosuid,noexec", "noatime"));

        var start = accepted(pool.ask("start"));
        var command = stage.take(start);
        assertThat(command.command().pool().mount()).isEqualTo(mount);
        stage.answer(command, new Result.PoolStarted(PoolStory.FIGURES));
        assertThat(pool.opened(start).place().mount()).isEqualTo(mount);
        pool.inventoried(start);
        end(start);

        pool.stop();

        assertThat(
                        stage.told(
                                        Control.LeavePool.class,
                                        leave -> leave.pool().poolId().equals(pool.id()))
                                .pool()
                                .mount())
                .isEqualTo(mount);
    }

    @Test
    void aDeviceIsFormattedOnlyIfThatIsAskedFor() {
        var pool = onDevice();
        for (var flag :
                Map.of(
                                "",
                                "null",
                                "?noOverwrite=true",
                                "Formatting[device=/dev/sdz, type=xfs, overwrite=false]",
                                "?overwrite=true",
                                "Formatting[device=/dev/sdz, type=xfs, overwrite=true]")
                        .entrySet()) {
            var build = accepted(pool.ask("build" + flag.getKey()));
            var command = stage.take(build);
            assertThat(String.valueOf(((Command.BuildPool) command.command()).formatting()))
                    .isEqualTo(flag.getValue());
            stage.answer(command, new Result.PoolBuilt(null));
            assertThat(end(build).getString("state")).isEqualTo("succeeded");
        }
        pool.ask("build?overwrite=true&noOverwrite=true")
                .then()
                .statusCode(422)
                .body("code", equalTo("invalid-request"));
    }

    @Test
    void whatHasNoDeviceIsNotFormatted() {
        var pool = PoolStory.defined();

        pool.ask("build?overwrite=true")
                .then()
                .statusCode(422)
                .body("code", equalTo("unsupported"));

        assertThat(pool.state()).isEqualTo("inactive");
    }

    @Test
    void aDeletedPoolStaysDefinedAndStartsAfresh() throws Exception {
        var pool = PoolStory.running();
        pool.stop();

        var delete = accepted(pool.ask("delete"));
        assertThat(command(stage, delete)).isInstanceOf(Command.DeletePool.class);
        stage.answer(stage.take(delete), new Result.PoolDeleted());

        assertThat(end(delete).getString("state")).isEqualTo("succeeded");
        assertThat(pool.state()).isEqualTo("inactive");
        assertThat(pool.get().getLong("capacity")).isZero();
        assertThat(pool.eventTypes(4)).contains("pool.deleted.v1");
        var start = accepted(pool.ask("start"));
        assertThat(((Command.StartPool) command(stage, start)).claimed()).isFalse();
        stage.fail(stage.take(start), dev.cistern.common.problem.ProblemCode.POOL_INACCESSIBLE);
        failed(start, "pool-inaccessible");
    }

    @Test
    void onlyAnInactivePoolIsDeletedAndOnlyADeviceIsZeroed() {
        PoolStory.running().ask("delete").then().statusCode(409);
        PoolStory.defined()
                .ask("delete?zeroed=true")
                .then()
                .statusCode(422)
                .body("code", equalTo("unsupported"));
        var pool = onDevice();
        var delete = accepted(pool.ask("delete?zeroed=true"));
        assertThat(((Command.DeletePool) command(stage, delete)).device()).isEqualTo("/dev/sdz");
        stage.answer(stage.take(delete), new Result.PoolDeleted());
        end(delete);
    }

    @Test
    void aDrainedPoolRunsWithoutWorkUntilItIsRefreshed() {
        var pool = PoolStory.running();

        var drain = accepted(pool.ask("drain"));
        pool.closed(pool.closing(drain));
        assertThat(end(drain).getString("state")).isEqualTo("succeeded");
        given().get("/v1/pools/" + pool.name())
                .then()
                .body("state", equalTo("running"))
                .body("conditions", hasItem("maintenance"));

        var refresh = accepted(pool.ask("refresh"));
        assertThat(pool.opened(refresh).place().epoch()).isEqualTo(pool.epoch());
        pool.inventoried(refresh);
        end(refresh);
        assertThat(pool.get().getList("conditions", String.class)).isEmpty();
    }

    @Test
    void settingsChangeInAnyState() {
        var pool = PoolStory.running();

        given().contentType("application/json")
                .body(
                        Map.of(
                                "autostart",
                                true,
                                "limit",
                                5000,
                                "reserve",
                                100,
                                "lowSpace",
                                PoolStory.FIGURES.available() + 1))
                .patch("/v1/pools/" + pool.name())
                .then()
                .statusCode(200)
                .body("autostart", equalTo(true))
                .body("limit", equalTo(5000))
                .body("reserve", equalTo(100))
                .body("conditions", hasItem("low-space"));
        given().contentType("application/json")
                .body(Map.of("overcommit", 0))
                .patch("/v1/pools/" + pool.name())
                .then()
                .statusCode(422);
        given().contentType("application/json")
                .body(Map.of("autostrat", true))
                .patch("/v1/pools/" + pool.name())
                .then()
                .statusCode(400);
    }

    @Test
    void lowSpaceIsToldOnce() throws Exception {
        var pool = PoolStory.defined(Map.of("lowSpace", PoolStory.FIGURES.available() + 1));
        pool.start();
        assertThat(pool.get().getList("conditions", String.class)).containsExactly("low-space");
        var refresh = accepted(pool.ask("refresh"));
        pool.inventoried(refresh);
        end(refresh);

        assertThat(pool.eventTypes(4))
                .containsExactlyInAnyOrder(
                        "pool.defined.v1",
                        "pool.started.v1",
                        "pool.lowspace.v1",
                        "pool.refreshed.v1");
    }

    @Test
    void capabilitiesTellWhatCanBeUsed() {
        given().get("/v1/pool-capabilities")
                .then()
                .statusCode(200)
                .body(
                        "items.findAll { it.supported }.type",
                        containsInAnyOrder("dir", "fs", "netfs"))
                .body("items.find { it.type == 'netfs' }.sourceFormats", hasItem("glusterfs"));
        assertThat(given().accept("application/xml").get("/v1/pool-capabilities").asString())
                .contains("<pool supported=\"yes\" type=\"netfs\">")
                .contains("<pool supported=\"no\" type=\"rbd\"/>")
                .contains("<value>glusterfs</value>");
    }
}
