package dev.cistern.common.http;

import dev.cistern.common.problem.ProblemCode;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.eclipse.microprofile.openapi.OASFactory;
import org.eclipse.microprofile.openapi.OASFilter;
import org.eclipse.microprofile.openapi.models.OpenAPI;
import org.eclipse.microprofile.openapi.models.Operation;
import org.eclipse.microprofile.openapi.models.PathItem;
import org.eclipse.microprofile.openapi.models.PathItem.HttpMethod;
import org.eclipse.microprofile.openapi.models.media.Content;
import org.eclipse.microprofile.openapi.models.media.Schema;
import org.eclipse.microprofile.openapi.models.media.Schema.SchemaType;
import org.eclipse.microprofile.openapi.models.responses.APIResponse;

/** Adds to the OpenAPI document what holds for every endpoint: problems, and work as operations. */
public final class DescribedApi implements OASFilter {
    private static final String SCHEMAS = "#/components/schemas/";
    private static final String PROBLEM = "Problem";
    private static final String OPERATION = "OperationView";
    private static final String OK = "200";
    private static final String CREATED = "201";
    private static final String ACCEPTED = "202";

    @Override
    public void filterOpenAPI(OpenAPI document) {
        if (document.getComponents() == null) {
            document.setComponents(OASFactory.createComponents());
        }
        document.getComponents().addSchema(PROBLEM, problem());
        if (document.getPaths() != null) {
            document.getPaths().getPathItems().forEach(DescribedApi::describe);
        }
    }

    private static void describe(String path, PathItem item) {
        item.getOperations().forEach((method, operation) -> describe(path, method, operation));
    }

    private static void describe(String path, HttpMethod method, Operation operation) {
        var responses = operation.getResponses();
        if (responses == null) {
            responses = OASFactory.createAPIResponses();
            operation.setResponses(responses);
        }
        responses.setDefaultValue(
                answer("Refused, and nothing was changed", ProblemBody.MEDIA_TYPE, PROBLEM));
        if (method != HttpMethod.GET && saysNothing(responses.getAPIResponse(OK))) {
            responses.removeAPIResponse(OK);
            responses.removeAPIResponse(CREATED);
            if (path.endsWith("/cancel")) {
                responses.addAPIResponse(OK, operation("The operation"));
            } else {
                responses.addAPIResponse(
                        ACCEPTED, operation("Accepted; Location has the operation"));
            }
        }
    }

    /** An endpoint that builds its answer itself. */
    private static boolean saysNothing(APIResponse response) {
        return response == null
                || response.getContent() == null
                || response.getContent().getMediaTypes() == null
                || response.getContent().getMediaTypes().values().stream()
                        .allMatch(type -> type.getSchema() == null);
    }

    private static APIResponse operation(String description) {
        return answer(description, "application/json", OPERATION);
    }

    private static APIResponse answer(String description, String mediaType, String schema) {
        var reference = OASFactory.createSchema().ref(SCHEMAS + schema);
        Content content =
                OASFactory.createContent()
                        .addMediaType(mediaType, OASFactory.createMediaType().schema(reference));
        return OASFactory.createAPIResponse().description(description).content(content);
    }

    /** RFC 9457, with the stable code; further members are figures. */
    private static Schema problem() {
        var codes = Arrays.stream(ProblemCode.values()).<Object>map(ProblemCode::code).toList();
        return OASFactory.createSchema()
                .type(List.of(SchemaType.OBJECT))
                .properties(
                        Map.of(
                                "type", text(),
                                "code", text().enumeration(codes),
                                "title", text(),
                                "status",
                                        OASFactory.createSchema().type(List.of(SchemaType.INTEGER)),
                                "detail", text()))
                .required(List.of("type", "code", "title", "status", "detail"));
    }

    private static Schema text() {
        return OASFactory.createSchema().type(List.of(SchemaType.STRING));
    }
}
