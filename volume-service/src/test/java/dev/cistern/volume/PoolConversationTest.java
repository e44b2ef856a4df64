package dev.cistern.volume;

import static dev.cistern.volume.VolumeStory.MIB;
import static dev.cistern.volume.VolumeStory.accepted;
import static dev.cistern.volume.VolumeStory.end;
import static dev.cistern.volume.VolumeStory.file;
import static dev.cistern.volume.VolumeStory.state;
import static dev.cistern.volume.VolumeStory.volumeOf;
import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.equalTo;

import dev.cistern.common.message.Command;
import dev.cistern.common.message.CommandMessage;
import dev.cistern.common.message.InternalEvent.PoolClosed;
import dev.cistern.common.message.InternalEvent.PoolClosing;
import dev.cistern.common.message.InternalEvent.PoolForgetting;
import dev.cistern.common.message.InternalEvent.PoolForgotten;
import dev.cistern.common.message.InternalEvent.PoolInventoried;
import dev.cistern.common.message.InternalEvent.PoolRefreshRequested;
import dev.cistern.common.message.Result;
import dev.cistern.common.problem.ProblemCode;
import dev.cistern.partner.Await;
import dev.cistern.partner.PublicEvent;
import dev.cistern.partner.Servers;
import dev.cistern.partner.Stage;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

/** What is said with pool-service, and how much a pool holds. */
@QuarkusTest
@QuarkusTestResource(Servers.class)
final class PoolConversationTest {
    private final Stage stage = Stage.shared();

    @AfterAll
    static void allIsWell() {
        Aftermath.check();
    }

    /** Waits until the closing is heard; nothing is accepted on the way, as the name is taken. */
    private static void refusesWork(VolumeStory story, String taken) throws Exception {
        Await.until(
                "no new work",
                () -> story.post(Map.of("name", taken)).jsonPath().getString("code"),
                "pool-not-running"::equals);
    }

    @Test
    void aClosingPoolRefusesNewWorkAndLetsTheRestEnd() throws Exception {
        var story = VolumeStory.open();
        var kept = story.created("kept", 1);
        var create = story.creating("disk", MIB);
        var delete = accepted(given().delete("/v1/volumes/" + volumeOf(create)));
        var closing = story.closing(2);
        refusesWork(story, "kept");
        story.post(Map.of("name", "x"))
                .then()
                .statusCode(409)
                .body("code", equalTo("pool-not-running"));
        assertThat(allClosed(closing)).isEmpty();

        stage.answer(create, new Result.VolumeCreated(volumeOf(create), file("disk", MIB, 7)));
        var command = stage.take(delete);
        assertThat(allClosed(closing)).isEmpty();
        stage.answer(command, new Result.VolumeDeleted(volumeOf(create)));

        assertThat(story.closed(closing).epoch()).isEqualTo(2);
        story.post(Map.of("name", "x")).then().statusCode(409);
        story.scanned(story.opened(3, 100 * MIB), List.of(file("kept", MIB, 1)));
        story.deleted(kept);
        assertThat(allClosed(closing)).hasSize(1);
    }

    private List<PoolClosed> allClosed(PoolClosing closing) {
        return stage.allHeard(
                PoolClosed.class, said -> said.operation().equals(closing.operation()));
    }

    @Test
    void aPoolWithNothingUnderWayIsClosedAtOnce() {
        var story = VolumeStory.open();
        var closing = story.closing(2);
        assertThat(story.closed(closing).poolId()).isEqualTo(story.poolId());

        var unknown = new PoolClosing(UUID.randomUUID(), UUID.randomUUID(), 5);
        stage.say(unknown);
        assertThat(story.closed(unknown).epoch()).isEqualTo(5);
    }

    @Test
    void wordsOfAnEarlierEpochAreOverheard() {
        var story = VolumeStory.open();
        story.scanned(story.opened(5, 100 * MIB), List.of());

        story.closing(3);
        story.opened(4, 1);

        story.created("disk", 7);
        story.closed(story.closing(6));
        story.opened(6, 100 * MIB);
        assertThat(story.closed(story.closing(7)).epoch()).isEqualTo(7);
        assertThat(story.post(Map.of("name", "x")).statusCode()).isEqualTo(409);
    }

    @Test
    void aWordThatComesAgainIsHeardOnce() throws Exception {
        var story = VolumeStory.open();
        var request = new PoolRefreshRequested(story.poolId(), UUID.randomUUID());
        var id = stage.say(request);
        stage.sayAgain(request, id);
        stage.sayAgain(request, id);

        story.scanned(request.operation(), List.of());
        story.refreshed();

        assertThat(
                        stage.allHeard(
                                PoolInventoried.class,
                                said -> said.operation().equals(request.operation())))
                .hasSize(1);
    }

    @Test
    void aRefreshOfAPoolThatIsNotOpenIsRefused() {
        var story = VolumeStory.open();
        story.closed(story.closing(2));

        var problem = story.inventoried(story.refresh()).problem();

        assertThat(Objects.requireNonNull(problem).code()).isEqualTo(ProblemCode.POOL_NOT_RUNNING);
    }

    @Test
    void aPoolIsForgottenOnlyIfItMayBe() throws Exception {
        var story = VolumeStory.open();
        var disk = story.created("disk", 7);
        var failed = story.creating("failed", MIB);
        stage.fail(failed, ProblemCode.IO_ERROR);
        end(failed.operation());
        story.closed(story.closing(2));

        var refused = story.forget(false);
        assertThat(refused.done()).isFalse();
        assertThat(refused.volumes()).isEqualTo(1);
        assertThat(state(disk)).isEqualTo("available");

        var done = story.forget(true);
        assertThat(done.done()).isTrue();
        assertThat(done.volumes()).isEqualTo(1);
        assertThat(state(disk)).isEqualTo("deleted");
        assertThat(state(volumeOf(failed))).isEqualTo("deleted");
        assertThat(story.events(disk, 2))
                .containsExactly("volume.created.v1", "volume.forgotten.v1");
        story.events(volumeOf(failed), 2);
        assertThat(lastOldState(disk)).isEqualTo("available");
        assertThat(lastOldState(volumeOf(failed))).isEqualTo("error");
        assertThat(story.reserved()).isZero();
        story.post(Map.of()).then().statusCode(404).body("code", equalTo("pool-not-found"));
        story.post(Map.of("pool", story.poolId())).then().statusCode(404);
        assertThat(given().get("/v1/volumes/" + story.pool() + ":disk").statusCode())
                .isEqualTo(404);
    }

    private String lastOldState(UUID volume) {
        return stage.events(volume.toString()).getLast().data().path("oldState").asText();
    }

    @Test
    void aForgottenPoolComesBackWithItsFiles() {
        var story = VolumeStory.open();
        var before = story.created("disk", 7);
        story.closed(story.closing(2));
        story.forget(true);

        var stock = story.scanned(story.opened(3, 100 * MIB), List.of(file("disk", MIB, 7)));

        assertThat(stock.adopted()).isEqualTo(1);
        assertThat(state(before)).isEqualTo("deleted");
        assertThat(story.reserved()).isEqualTo(MIB);
    }

    @Test
    void anUnknownPoolIsForgottenAtOnce() {
        var operation = UUID.randomUUID();
        stage.say(new PoolForgetting(UUID.randomUUID(), operation, false));

        var done = stage.heard(PoolForgotten.class, said -> said.operation().equals(operation));

        assertThat(done.done()).isTrue();
        assertThat(done.volumes()).isZero();
    }

    @Test
    void ofManyAtOnceExactlyThoseThatFitAreAccepted() throws Exception {
        var story = VolumeStory.open(100 * MIB, Stage.ASLEEP);
        var answers = new ArrayList<Response>();
        try (var clients = Executors.newFixedThreadPool(32)) {
            List<Callable<Response>> requests =
                    IntStream.range(0, 200)
                            .<Callable<Response>>mapToObj(
                                    number -> () -> story.post(Map.of("name", "disk-" + number)))
                            .toList();
            for (var answer : clients.invokeAll(requests)) {
                answers.add(answer.get());
            }
        }

        var accepted = answers.stream().filter(answer -> answer.statusCode() == 202).toList();
        var refused = answers.stream().filter(answer -> answer.statusCode() == 507).toList();
        assertThat(accepted).hasSize(100);
        assertThat(refused).hasSize(100);
        for (var answer : refused) {
            var problem = answer.jsonPath();
            assertThat(problem.getString("code")).isEqualTo("pool-full");
            assertThat(problem.getLong("used")).isBetween(1L, 100 * MIB);
            assertThat(problem.getLong("requested")).isEqualTo(MIB);
            assertThat(problem.getLong("allowed")).isEqualTo(100 * MIB);
        }
        assertThat(story.reserved()).isEqualTo(100 * MIB);
        assertThat(
                        given().get("/v1/volumes?limit=1000&pool=" + story.pool())
                                .jsonPath()
                                .getList("items"))
                .hasSize(100);
    }

    @Test
    void everyVolumeOfManyIsPublishedOnce() throws Exception {
        var story = VolumeStory.open();
        var creations = new ArrayList<CommandMessage>();
        for (var number = 0; number < 50; number++) {
            creations.add(story.creating("disk-" + number, MIB));
        }
        creations.sort(Comparator.comparing(VolumeStory::volumeOf));
        for (var create : creations) {
            var number = creations.indexOf(create);
            var name = ((Command.CreateVolume) create.command()).name();
            stage.answer(
                    create, new Result.VolumeCreated(volumeOf(create), file(name, MIB, number)));
        }
        for (var create : creations) {
            assertThat(end(create.operation()).getString("state")).isEqualTo("succeeded");
        }

        var ids = creations.stream().map(each -> volumeOf(each).toString()).toList();
        var created =
                Await.until(
                        "an event of each",
                        () ->
                                stage.events().stream()
                                        .filter(event -> ids.contains(event.subject()))
                                        .toList(),
                        events -> events.size() >= 50);
        assertThat(created)
                .extracting(PublicEvent::subject)
                .containsExactlyInAnyOrderElementsOf(ids);
        assertThat(created).extracting(PublicEvent::sequence).containsOnly(1L);
    }
}
