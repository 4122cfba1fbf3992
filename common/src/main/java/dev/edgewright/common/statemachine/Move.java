package dev.edgewright.common.statemachine;

/** One step that was taken: what the state was, what happened, what the state became. */
public record Move<S extends Enum<S>, E extends Enum<E>>(S from, E event, S to) {

    @Override
    public String toString() {
        return from + " --" + event + "--> " + to;
    }
}
