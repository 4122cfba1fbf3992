package dev.edgewright.controller.events;

import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/** Keeps webhooks and what is on its way to them. */
public interface WebhookStore {

    void add(Webhook webhook);

    List<Webhook> all();

    Optional<Webhook> find(String id);

    /** Removes it and its deliveries; false when it is not there. */
    boolean remove(String id);

    /**
     * Makes out deliveries and moves the webhook's cursor, both or neither.
     *
     * @return false when another controller moved the cursor first
     */
    boolean makeOut(Webhook webhook, long cursor, Collection<Delivery> deliveries);

    /** Pending ones whose time has come, oldest first. */
    List<Delivery> due(Instant now, int limit);

    /**
     * Takes a delivery for an attempt: nobody else gets it before {@code until}, and then somebody does, should this one die over it.
     *
     * @return false when somebody else has it
     */
    boolean claim(Delivery delivery, Instant until);

    void save(Delivery delivery);

    Optional<Delivery> delivery(String webhook, long event);

    /** Newest first. */
    List<Delivery> deliveries(String webhook, Optional<Delivery.State> state, int limit);

    /** The event of a delivery. */
    Optional<Event> event(long sequence);
}
