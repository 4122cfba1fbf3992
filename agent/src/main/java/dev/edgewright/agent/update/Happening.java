package dev.edgewright.agent.update;

import dev.edgewright.common.update.UpdateEvent;
import java.util.Optional;

/** An event of the lifecycle, and why, where it is a bad one. */
record Happening(UpdateEvent event, Optional<Failure> why) {

    static Happening of(UpdateEvent event) {
        return new Happening(event, Optional.empty());
    }

    static Happening of(UpdateEvent event, Failure why) {
        return new Happening(event, Optional.of(why));
    }
}
