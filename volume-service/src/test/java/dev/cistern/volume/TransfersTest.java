package dev.cistern.volume;

import static dev.cistern.volume.VolumeStory.MIB;
import static dev.cistern.volume.VolumeStory.accepted;
import static dev.cistern.volume.VolumeStory.end;
import static dev.cistern.volume.VolumeStory.failed;
import static dev.cistern.volume.VolumeStory.file;
import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.equalTo;

import dev.cistern.common.message.Command;
import dev.cistern.common.message.CommandMessage;
import dev.cistern.common.message.Lane;
import dev.cistern.common.message.Result;
import dev.cistern.common.problem.ProblemCode;
import dev.cistern.partner.Rows;
import dev.cistern.partner.Servers;
import dev.cistern.partner.Stage;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.path.json.JsonPath;
import io.restassured.response.Response;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

@QuarkusTest
@QuarkusTestResource(Servers.class)
final class TransfersTest {
    private static final String TOKEN = "correct-horse-battery-staple";
    private static final String URL = "http://player:8083/v1/transfers/x";

    private final Stage stage = Stage.shared();

    @AfterAll
    static void allIsWell() {
        Aftermath.check();
    }

    private static Response post(UUID volume, Map<String, ?> body) {
        return given().contentType("application/json")
                .body(body)
                .post("/v1/volumes/" + volume + "/transfers");
    }

    private static JsonPath look(UUID volume, UUID operation) {
        return given().get("/v1/volumes/" + volume + "/transfers/" + operation + "?wait=30s")
                .then()
                .statusCode(200)
                .extract()
                .jsonPath();
    }

    private static String hash(String token) throws Exception {
        return HexFormat.of()
                .formatHex(
                        MessageDigest.getInstance("SHA-256")
                                .digest(token.getBytes(StandardCharsets.US_ASCII)));
    }

    private Command.UploadVolume upload(CommandMessage message) {
        return (Command.UploadVolume) message.command();
    }

    @Test
    void aDownloadIsWhereTheWorkerSays() throws Exception {
        var story = VolumeStory.open();
        var disk = story.created("disk", 7);
        var answer = post(disk, Map.of("direction", "download", "idleSeconds", 300));
        var operation = accepted(answer);
        var token = answer.jsonPath().getString("token");

        var message = stage.take(operation);
        var command = (Command.DownloadVolume) message.command();
        assertThat(command.ticket().tokenHash()).isEqualTo(hash(token));
        assertThat(command.ticket().idleSeconds()).isEqualTo(300);
        assertThat(command.asGuestSees()).isFalse();
        stage.serve(message, URL);
        var transfer = look(disk, operation);
        assertThat(transfer.getString("url")).isEqualTo(URL);
        assertThat(transfer.getString("direction")).isEqualTo("download");
        assertThat(transfer.getString("token")).isNull();
        stage.answer(message, new Result.VolumeDownloaded(disk, 5));
        stage.answer(Stage.attempt(message, 2), new Result.VolumeDownloaded(disk, 5));

        assertThat(end(operation).getLong("result.bytes")).isEqualTo(5);
        assertThat(look(disk, operation).getString("url")).isNull();
        assertThat(look(disk, operation).getString("state")).isEqualTo("succeeded");
        assertThat(story.events(disk, 2)).endsWith("volume.downloaded.v1");
        assertThat(Rows.text("select lane from volume.operation where id = ?", operation))
                .isEqualTo(Lane.BULK.name());
        assertThat(Rows.text("select request::text from volume.operation where id = ?", operation))
                .doesNotContain(token);
    }

    @Test
    void twoDownloadsGoOnAtOnceAndAnUploadAfterThem() {
        var story = VolumeStory.open();
        var disk = story.created("disk", 7);
        var download = Map.of("direction", "download", "format", "raw", "token", TOKEN);
        var first = stage.take(accepted(post(disk, download)));
        var second = stage.take(accepted(post(disk, download)));
        var upload = accepted(post(disk, Map.of("direction", "upload", "size", MIB)));

        assertThat(VolumeStory.operation(upload).getString("state")).isEqualTo("waiting");
        assertThat(((Command.DownloadVolume) second.command()).asGuestSees()).isTrue();
        stage.answer(first, new Result.VolumeDownloaded(disk, 5));
        stage.fail(second, ProblemCode.TRANSFER_OVER);

        failed(second.operation(), "transfer-over");
        var message = stage.take(upload);
        stage.answer(message, new Result.VolumeChanged(disk, file("disk", MIB, 8)));
        end(upload);
    }

    @Test
    void anUploadMayMakeAVolumeLargerWhereThereIsRoom() throws Exception {
        var story = VolumeStory.open(4 * MIB, Stage.GROUP);
        var disk = story.created("disk", MIB, 7);
        var body = Map.of("direction", "upload", "size", 300_000, "capacity", 3 * MIB);
        var operation = accepted(post(disk, body));

        assertThat(story.reserved()).isEqualTo(3 * MIB);
        post(disk, Map.of("direction", "upload", "size", 1, "capacity", 5 * MIB))
                .then()
                .statusCode(507)
                .body("code", equalTo("pool-full"));
        var message = stage.take(operation);
        assertThat(upload(message).size()).isEqualTo(300_000);
        assertThat(upload(message).capacity()).isEqualTo(3 * MIB);
        assertThat(upload(message).onto()).isFalse();
        stage.answer(message, new Result.VolumeChanged(disk, file("disk", 2 * MIB, 8)));

        assertThat(end(operation).getLong("result.capacity")).isEqualTo(2 * MIB);
        assertThat(VolumeStory.volume(disk).getLong("capacity")).isEqualTo(2 * MIB);
        assertThat(story.reserved()).isEqualTo(2 * MIB);
        assertThat(story.events(disk, 2)).endsWith("volume.uploaded.v1");
    }

    @Test
    void anUploadThatFailsGivesBackWhatItHeld() {
        var story = VolumeStory.open();
        var disk = story.created("disk", 7);
        var operation = accepted(post(disk, Map.of("direction", "upload", "size", 8 * MIB)));

        stage.fail(stage.take(operation), ProblemCode.TRANSFER_OVER);

        failed(operation, "transfer-over");
        assertThat(story.reserved()).isEqualTo(MIB);
        assertThat(VolumeStory.state(disk)).isEqualTo("available");
    }

    @Test
    void whatMakesNoSenseIsRefused() {
        var story = VolumeStory.open();
        var disk = story.created("disk", 7);

        for (var body :
                new Map<?, ?>[] {
                    Map.of(),
                    Map.of("direction", "sideways"),
                    Map.of("direction", "download", "format", "vmdk"),
                    Map.of("direction", "download", "size", 5),
                    Map.of("direction", "download", "token", "guessable"),
                    Map.of("direction", "download", "idleSeconds", 0),
                    Map.of("direction", "upload"),
                    Map.of("direction", "upload", "size", 0),
                    Map.of("direction", "upload", "size", 5, "format", "raw"),
                    Map.of("direction", "upload", "size", 5, "capacity", -1)
                }) {
            given().contentType("application/json")
                    .body(body)
                    .post("/v1/volumes/" + disk + "/transfers")
                    .then()
                    .statusCode(422)
                    .body("code", equalTo("invalid-request"));
        }
        post(disk, Map.of("direction", "upload", "size", 5, "onto", true))
                .then()
                .statusCode(422)
                .body("code", equalTo("unsupported"));
        given().contentType("application/json")
                .post("/v1/volumes/" + disk + "/transfers")
                .then()
                .statusCode(400);
        given().get("/v1/volumes/" + disk + "/transfers/" + UUID.randomUUID())
                .then()
                .statusCode(404);
    }

    @Test
    void anOperationThatIsNoTransferIsNotShownAsOne() {
        var story = VolumeStory.open();
        var disk = story.created("disk", 7);
        var check =
                accepted(
                        given().contentType("application/json")
                                .post("/v1/volumes/" + disk + "/check"));

        given().get("/v1/volumes/" + disk + "/transfers/" + check)
                .then()
                .statusCode(404)
                .body("code", equalTo("transfer-not-found"));
        stage.fail(stage.take(check), ProblemCode.IO_ERROR);
        end(check);
    }
}
