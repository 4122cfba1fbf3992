package dev.edgewright.controller.events;

/**
 * Something that happened. Never changed.
 *
 * @param sequence from 1; grows in the order in which events were written, over all kinds
 */
public record Event(long sequence, NewEvent what) {

    /** The same for every delivery of this event. */
    public String id() {
        return "ev-" + sequence;
    }

    public String kind() {
        return what.kind();
    }
}
