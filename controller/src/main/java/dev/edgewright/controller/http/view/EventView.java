package dev.edgewright.controller.http.view;

import dev.edgewright.controller.events.Event;
import java.util.Map;

/** Schema {@code Event}. */
public record EventView(
        String id,
        long sequence,
        String at,
        String kind,
        String subject,
        String who,
        String words,
        Map<String, String> facts) {
    public static EventView of(Event event) {
        var what = event.what();
        return new EventView(
                event.id(),
                event.sequence(),
                Text.time(what.at()),
                what.kind(),
                what.subject(),
                what.who(),
                what.words(),
                what.facts());
    }
}
