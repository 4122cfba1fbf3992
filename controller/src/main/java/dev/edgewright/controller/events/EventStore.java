package dev.edgewright.controller.events;

import java.util.List;

/** Keeps events. What belongs to a change of state is written in the same transaction as that change, by whoever keeps that state. */
public interface EventStore {

    /** Writes what belongs to no other change. */
    List<Event> append(List<NewEvent> events);

    /** Events with a sequence above {@code sequence}, oldest first. */
    List<Event> after(long sequence, int limit);

    /** The newest, oldest of them first. */
    List<Event> newest(int limit);

    /** Sequence of the newest; 0 when there is none. */
    long head();

    /** Forgets events up to {@code sequence} that no webhook waits for. */
    void forget(long sequence);
}
