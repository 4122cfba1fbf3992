package dev.edgewright.controller.events;

import dev.edgewright.common.config.Secret;
import dev.edgewright.common.error.EdgewrightException;
import java.net.URI;
import java.time.Clock;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells webhooks of events, at least once each. A delivery is made out in the database, then tried until it is taken or dead; killed in between
 * it is tried again, so a receiver may see an event twice, with the same id. {@link #tick()} does the work; its owner calls it once a second.
 */
public final class Webhooks {

    private static final Logger LOG = LoggerFactory.getLogger(Webhooks.class);
    private static final int MOST_WEBHOOKS = 100;
    private static final int BATCH = 500;
    private static final int AT_ONCE = 16;
    private static final int SECRET_BYTES = 32;
    private static final int LEAST_SECRET = 16;

    private final EventStore events;
    private final WebhookStore store;
    private final WebhookSender sender;
    private final Reach reach;
    private final Reach.Resolver resolver;
    private final DeliveryPolicy policy;
    private final Clock clock;
    private final RandomGenerator random;
    private final AtomicLong delivered = new AtomicLong();
    private final AtomicLong failed = new AtomicLong();
    private final AtomicLong dead = new AtomicLong();

    public Webhooks(
            EventStore events,
            WebhookStore store,
            WebhookSender sender,
            Reach reach,
            Reach.Resolver resolver,
            DeliveryPolicy policy,
            Clock clock,
            RandomGenerator random) {
        this.events = events;
        this.store = store;
        this.sender = sender;
        this.reach = reach;
        this.resolver = resolver;
        this.policy = policy;
        this.clock = clock;
        this.random = random;
    }

    /**
     * Registers a webhook for what happens from now on.
     *
     * @param secret empty to have one made
     * @throws EdgewrightException WEBHOOK_URL_INVALID, WEBHOOK_HOST_UNKNOWN, WEBHOOK_ADDRESS_REFUSED, WEBHOOK_SECRET_SHORT,
     *     WEBHOOKS_TOO_MANY, WEBHOOK_KIND_INVALID
     */
    public Webhook create(String url, Optional<String> secret, List<String> kinds, String who) {
        URI checked = Reach.checked(url);
        reach.resolve(checked, resolver);
        if (secret.isPresent() && secret.get().length() < LEAST_SECRET) {
            throw EdgewrightException.caller(
                    "WEBHOOK_SECRET_SHORT",
                    "a secret has at least " + LEAST_SECRET + " characters; leave it out to get one");
        }
        for (String kind : kinds) {
            if (!kind.matches("[a-z.-]{1,47}\\*?|\\*")) {
                throw EdgewrightException.caller(
                        "WEBHOOK_KIND_INVALID",
                        "'" + kind + "' is no kind of event such as rollout.verdict or rollout.*");
            }
        }
        if (store.all().size() >= MOST_WEBHOOKS) {
            throw EdgewrightException.caller("WEBHOOKS_TOO_MANY", "there are " + MOST_WEBHOOKS + " webhooks already");
        }
        var webhook = new Webhook(
                "wh-" + hex(6),
                checked,
                Secret.of(secret.orElseGet(() -> hex(SECRET_BYTES))),
                kinds,
                clock.instant(),
                who,
                events.head());
        store.add(webhook);
        return webhook;
    }

    public List<Webhook> list() {
        return store.all();
    }

    /** @throws EdgewrightException WEBHOOK_NOT_FOUND */
    public Webhook require(String id) {
        return store.find(id)
                .orElseThrow(() -> EdgewrightException.caller("WEBHOOK_NOT_FOUND", "there is no webhook " + id));
    }

    public void remove(String id) {
        if (!store.remove(id)) {
            require(id);
        }
    }

    /** Sends one event to this webhook alone, through everything that a real one goes through. */
    public Event test(String id, String who) {
        var webhook = require(id);
        var event = events.append(List.of(new NewEvent(
                        clock.instant(),
                        "webhook.test",
                        "webhooks/" + id,
                        who,
                        "a test that " + who + " asked for",
                        Map.of("webhook", id))))
                .get(0);
        if (webhook.wants(event.kind())) {
            // It is made out with the next tick, as any other.
            return event;
        }
        store.save(Delivery.first(id, event.sequence(), clock.instant()));
        return event;
    }

    public List<Delivery> deliveries(String id, Optional<Delivery.State> state, int limit) {
        require(id);
        return store.deliveries(id, state, limit);
    }

    /** Has a delivery tried again from the beginning. @throws EdgewrightException DELIVERY_NOT_FOUND, DELIVERY_STATE */
    public Delivery retry(String id, long event) {
        require(id);
        var delivery = store.delivery(id, event)
                .orElseThrow(() -> EdgewrightException.caller(
                        "DELIVERY_NOT_FOUND", "webhook " + id + " has no delivery of event ev-" + event));
        if (delivery.state() != Delivery.State.DEAD) {
            throw EdgewrightException.caller(
                    "DELIVERY_STATE", "the delivery is " + delivery.state() + "; only a dead one can be tried again");
        }
        var again = delivery.again(clock.instant());
        store.save(again);
        return again;
    }

    /** Makes out deliveries of new events and sends what is due. Blocks on the database, not on receivers. */
    public void tick() {
        for (Webhook webhook : store.all()) {
            makeOut(webhook);
        }
        var now = clock.instant();
        for (Delivery delivery : store.due(now, AT_ONCE)) {
            // Longer than an attempt can take: who dies over it leaves it to the next.
            if (store.claim(delivery, now.plus(policy.within().multipliedBy(3)))) {
                send(delivery);
            }
        }
    }

    private void makeOut(Webhook webhook) {
        var fresh = events.after(webhook.cursor(), BATCH);
        if (fresh.isEmpty()) {
            return;
        }
        long cursor = fresh.get(fresh.size() - 1).sequence();
        var now = clock.instant();
        var deliveries = fresh.stream()
                .filter(e -> webhook.wants(e.kind()) && meant(e, webhook))
                .map(e -> Delivery.first(webhook.id(), e.sequence(), now))
                .toList();
        store.makeOut(webhook, cursor, deliveries);
    }

    /** A test is meant for one webhook. */
    private static boolean meant(Event event, Webhook webhook) {
        return !event.kind().equals("webhook.test") || event.what().subject().equals("webhooks/" + webhook.id());
    }

    private void send(Delivery delivery) {
        var webhook = store.find(delivery.webhook());
        var event = store.event(delivery.event());
        if (webhook.isEmpty() || event.isEmpty()) {
            return;
        }
        try {
            var url = webhook.get().url();
            var address = reach.resolve(url, resolver);
            byte[] body = EventJson.of(event.get());
            var headers = Map.of(
                    "content-type",
                    "application/json",
                    "user-agent",
                    "edgewright-controller",
                    "edgewright-event",
                    event.get().id(),
                    "edgewright-kind",
                    event.get().kind(),
                    "edgewright-attempt",
                    Integer.toString(delivery.attempts() + 1),
                    EventSignature.HEADER,
                    EventSignature.of(
                            webhook.get().secret().reveal(), clock.instant().getEpochSecond(), body));
            sender.post(url, address, headers, body)
                    .whenComplete((status, error) -> ended(delivery, error == null ? status : 0, error));
        } catch (RuntimeException e) {
            ended(delivery, 0, e);
        }
    }

    private void ended(Delivery delivery, int status, Throwable error) {
        Instant now = clock.instant();
        try {
            if (error == null && status >= 200 && status < 300) {
                delivered.incrementAndGet();
                store.save(delivery.delivered(status, now));
                return;
            }
            failed.incrementAndGet();
            boolean last = delivery.attempts() + 1 >= policy.attempts();
            var words = error == null
                    ? "the receiver answered " + status + (status / 100 == 3 ? "; redirects are not followed" : "")
                    : error.getMessage() == null ? error.toString() : error.getMessage();
            var again = now.plus(policy.pause(delivery.attempts() + 1, random));
            store.save(delivery.failed(status, words, last, again, now));
            if (last) {
                dead.incrementAndGet();
                LOG.atWarn()
                        .addKeyValue("webhook", delivery.webhook())
                        .addKeyValue("event", delivery.event())
                        .log("an event could not be delivered and is given up: {}", words);
            }
        } catch (RuntimeException e) {
            LOG.atWarn().setCause(e).log("the end of a delivery could not be written; it is tried again");
        }
    }

    private String hex(int bytes) {
        byte[] raw = new byte[bytes];
        random.nextBytes(raw);
        return HexFormat.of().formatHex(raw);
    }

    /** Attempts since the start, by what came of them: delivered, failed, dead. */
    public Map<String, Long> counts() {
        return Map.of("delivered", delivered.get(), "failed", failed.get(), "dead", dead.get());
    }
}
