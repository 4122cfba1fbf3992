package dev.edgewright.controller.events;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.LinkedHashMap;

/** An event as webhooks and streams carry it; schema {@code Event} of the OpenAPI document. */
public final class EventJson {

    private static final ObjectMapper MAPPER = new ObjectMapper();

    private EventJson() {}

    /** One line of UTF-8. */
    public static byte[] of(Event event) {
        var json = new LinkedHashMap<String, Object>();
        json.put("id", event.id());
        json.put("sequence", event.sequence());
        json.put("at", event.what().at().toString());
        json.put("kind", event.kind());
        json.put("subject", event.what().subject());
        json.put("who", event.what().who());
        json.put("words", event.what().words());
        json.put("facts", event.what().facts());
        try {
            return MAPPER.writeValueAsBytes(json);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("texts and numbers can always be written", e);
        }
    }
}
