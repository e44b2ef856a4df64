package dev.cistern.cli;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;

/** Reads what the client printed for programs; anything beside the one tree is an error. */
final class Trees {
    private static final JsonMapper MAPPER =
            JsonMapper.builder().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS).build();

    private Trees() {}

    static JsonNode read(String text) throws IOException {
        return MAPPER.readTree(text);
    }
}
