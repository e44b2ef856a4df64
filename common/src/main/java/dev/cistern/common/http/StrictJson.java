package dev.cistern.common.http;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.cfg.CoercionAction;
import com.fasterxml.jackson.databind.cfg.CoercionInputShape;
import com.fasterxml.jackson.databind.type.LogicalType;
import io.quarkus.jackson.ObjectMapperCustomizer;
import jakarta.inject.Singleton;
import java.util.List;

/**
 * Bodies are read as they are meant: a member that nobody knows is a mistake, half a byte is no
 * size, and a number is no text.
 */
@Singleton
public class StrictJson implements ObjectMapperCustomizer {
    @Override
    public void customize(ObjectMapper mapper) {
        mapper.enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES);
        mapper.disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT);
        for (var type : List.of(LogicalType.Textual, LogicalType.Boolean)) {
            refuse(mapper, type, CoercionInputShape.Integer);
            refuse(mapper, type, CoercionInputShape.Float);
        }
        for (var type : List.of(LogicalType.Integer, LogicalType.Float, LogicalType.Boolean)) {
            refuse(mapper, type, CoercionInputShape.String);
            refuse(mapper, type, CoercionInputShape.EmptyString);
        }
        for (var type : List.of(LogicalType.Textual, LogicalType.Integer, LogicalType.Float)) {
            refuse(mapper, type, CoercionInputShape.Boolean);
        }
    }

    private static void refuse(ObjectMapper mapper, LogicalType type, CoercionInputShape shape) {
        mapper.coercionConfigFor(type).setCoercion(shape, CoercionAction.Fail);
    }
}
