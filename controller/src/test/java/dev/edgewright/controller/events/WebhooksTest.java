package dev.edgewright.controller.events;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.edgewright.controller.events.Delivery.State;
import dev.edgewright.controller.storage.Database;
import dev.edgewright.controller.storage.JdbiEventStore;
import dev.edgewright.controller.storage.JdbiWebhookStore;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Events reach their receivers at least once, or are given up in the open. */
class WebhooksTest {

    private record Post(String url, InetAddress address, Map<String, String> headers, String body) {}

    @TempDir
    Path folder;

    private Database database;
    private EventStore events;
    private JdbiWebhookStore store;
    private Webhooks webhooks;
    private Instant now = Instant.parse("2026-03-02T10:00:00Z");
    private final List<Post> posts = new ArrayList<>();
    private int answer = 200;
    private boolean lost;

    private final Clock clock = new Clock() {
        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            return this;
        }

        @Override
        public Instant instant() {
            return now;
        }
    };

    @BeforeEach
    void open() {
        database = Database.sqlite(folder.resolve("db"));
        start();
    }

    private void start() {
        events = new JdbiEventStore(database);
        store = new JdbiWebhookStore(database);
        webhooks = new Webhooks(
                events,
                store,
                (url, address, headers, body) -> {
                    posts.add(new Post(url.toString(), address, headers, new String(body, StandardCharsets.UTF_8)));
                    return lost
                            ? CompletableFuture.failedFuture(new IOException("connection refused"))
                            : CompletableFuture.completedFuture(answer);
                },
                Reach.parse("public"),
                WebhooksTest::resolve,
                new DeliveryPolicy(4, Duration.ofSeconds(5), Duration.ofMinutes(1), Duration.ofSeconds(10)),
                clock,
                new Random(1));
    }

    @AfterEach
    void close() {
        database.close();
    }

    private static InetAddress[] resolve(String host) throws UnknownHostException {
        return switch (host) {
            case "example.org" -> new InetAddress[] {InetAddress.getByName("93.184.216.34")};
            case "inside.example.org" ->
                new InetAddress[] {InetAddress.getByName("93.184.216.34"), InetAddress.getByName("10.0.0.7")};
            default -> {
                if (host.matches("[0-9.\\[\\]:a-f]+")) {
                    yield new InetAddress[] {InetAddress.getByName(host)};
                }
                throw new UnknownHostException(host);
            }
        };
    }

    private Webhook hook(String... kinds) {
        return webhooks.create("https://example.org/hook", Optional.empty(), List.of(kinds), "ada");
    }

    private void happens(String kind) {
        events.append(List.of(new NewEvent(now, kind, "rollouts/ro-1", "controller", "words", Map.of("model", "m"))));
    }

    private void passes(Duration time) {
        now = now.plus(time);
        webhooks.tick();
    }

    private Delivery only(Webhook webhook) {
        var all = webhooks.deliveries(webhook.id(), Optional.empty(), 10);
        assertThat(all).hasSize(1);
        return all.get(0);
    }

    @Test
    void an_event_is_posted_once_with_its_id_and_a_signature_that_the_receiver_can_check() {
        var webhook = hook();
        happens("rollout.verdict");
        webhooks.tick();
        webhooks.tick();
        assertThat(posts).hasSize(1);
        var post = posts.get(0);
        assertThat(post.headers()).containsEntry("edgewright-event", "ev-1").containsEntry("edgewright-attempt", "1");
        assertThat(post.body()).contains("\"kind\":\"rollout.verdict\"").contains("\"id\":\"ev-1\"");
        String signature = post.headers().get(EventSignature.HEADER);
        byte[] body = post.body().getBytes(StandardCharsets.UTF_8);
        String secret = webhook.secret().reveal();
        long at = now.getEpochSecond();
        assertThat(EventSignature.good(signature, secret, body, at, 300)).isTrue();
        assertThat(EventSignature.good(signature, "another secret!!", body, at, 300))
                .isFalse();
        assertThat(EventSignature.good(signature, secret, (post.body() + " ").getBytes(), at, 300))
                .isFalse();
        assertThat(EventSignature.good(signature, secret, body, at + 301, 300))
                .as("a replay")
                .isFalse();
        assertThat(only(webhook).state()).isEqualTo(State.DELIVERED);
    }

    @Test
    void the_signature_is_hmac_sha256_of_time_and_body() {
        // printf '1767225600.{}' | openssl dgst -sha256 -hmac 0123456789abcdef
        assertThat(EventSignature.of("0123456789abcdef", 1_767_225_600L, "{}".getBytes()))
                .startsWith("t=1767225600,v1=")
                .hasSize("t=1767225600,v1=".length() + 64);
    }

    @Test
    void a_webhook_gets_what_it_asked_for_and_what_happened_since_it_was_made() {
        happens("rollout.verdict");
        hook("rollout.verdict", "device.*");
        happens("rollout.wave");
        happens("device.shared-id");
        happens("rollout.verdict");
        passes(Duration.ofSeconds(1));
        assertThat(posts).extracting(p -> p.headers().get("edgewright-event")).containsExactly("ev-3", "ev-4");
    }

    @Test
    void a_failure_is_tried_again_later_each_time_and_then_given_up_until_a_person_asks() {
        var webhook = hook();
        answer = 500;
        happens("rollout.verdict");
        webhooks.tick();
        assertThat(only(webhook).attempts()).isEqualTo(1);
        assertThat(Duration.between(now, only(webhook).nextAt()))
                .isBetween(Duration.ofMillis(2500), Duration.ofSeconds(5));
        webhooks.tick();
        assertThat(posts).as("not before its time").hasSize(1);
        passes(Duration.ofSeconds(5));
        assertThat(Duration.between(now, only(webhook).nextAt()))
                .isBetween(Duration.ofSeconds(5), Duration.ofSeconds(10));
        lost = true;
        passes(Duration.ofSeconds(10));
        assertThat(only(webhook).lastError()).contains("connection refused");
        passes(Duration.ofSeconds(20));
        assertThat(only(webhook).state()).isEqualTo(State.DEAD);
        assertThat(webhooks.counts()).containsEntry("dead", 1L);
        passes(Duration.ofDays(1));
        assertThat(posts).hasSize(4);

        lost = false;
        answer = 204;
        webhooks.retry(webhook.id(), 1);
        webhooks.tick();
        assertThat(only(webhook).state()).isEqualTo(State.DELIVERED);
        assertThat(posts).extracting(p -> p.headers().get("edgewright-event")).containsOnly("ev-1");
    }

    @Test
    void a_kill_between_sending_and_writing_it_down_sends_it_again_with_the_same_id() {
        var webhook = hook();
        happens("rollout.verdict");
        webhooks.tick();
        // The answer never was written: as the row looks when a process dies over it.
        var claimed = Delivery.first(webhook.id(), 1, now);
        store.save(claimed);
        assertThat(store.claim(claimed, now.plusSeconds(30))).isTrue();
        start();
        webhooks.tick();
        assertThat(posts).hasSize(1);
        passes(Duration.ofSeconds(31));
        assertThat(posts)
                .hasSize(2)
                .extracting(p -> p.headers().get("edgewright-event"))
                .containsOnly("ev-1");
    }

    @Test
    void two_controllers_do_not_send_one_delivery_at_once() {
        var webhook = hook();
        happens("rollout.verdict");
        var delivery = Delivery.first(webhook.id(), 1, now);
        store.save(delivery);
        assertThat(store.claim(delivery, now.plusSeconds(30))).isTrue();
        assertThat(store.claim(delivery, now.plusSeconds(30))).isFalse();
        var seen = store.find(webhook.id()).orElseThrow();
        assertThat(store.makeOut(seen, 1, List.of())).isTrue();
        assertThat(store.makeOut(seen, 1, List.of())).as("the cursor has moved").isFalse();
    }

    @Test
    void a_redirect_is_a_failure_that_says_so() {
        var webhook = hook();
        answer = 302;
        happens("rollout.verdict");
        webhooks.tick();
        assertThat(only(webhook).lastError().orElseThrow()).contains("302; redirects are not followed");
    }

    @Test
    void a_test_goes_to_one_webhook_alone_whatever_it_asked_for() {
        var one = hook("rollout.*");
        hook();
        webhooks.test(one.id(), "ada");
        passes(Duration.ofSeconds(1));
        assertThat(posts).hasSize(1);
        assertThat(only(one).state()).isEqualTo(State.DELIVERED);
    }

    @Test
    void urls_that_are_none_or_go_elsewhere_are_refused() {
        for (String url : List.of("ftp://example.org", "example.org", "http://", "not a url", "file:///etc/passwd")) {
            assertThatThrownBy(() -> webhooks.create(url, Optional.empty(), List.of(), "ada"))
                    .as(url)
                    .hasMessageMatching("(?s).*(http:// or https://|names no host|is no URL).*");
        }
        assertThatThrownBy(() -> webhooks.create("http://u:p@example.org", Optional.empty(), List.of(), "ada"))
                .hasMessageContaining("no user or password");
        assertThatThrownBy(() -> webhooks.create("http://nowhere.example", Optional.empty(), List.of(), "ada"))
                .hasMessageContaining("nobody knows the host");
    }

    @Test
    void addresses_inside_are_refused_unless_the_setting_allows_them() {
        for (String host : List.of(
                "127.0.0.1",
                "10.1.2.3",
                "172.16.0.1",
                "192.168.1.1",
                "100.64.0.1",
                "169.254.169.254",
                "0.0.0.0",
                "224.0.0.1",
                "[::1]",
                "[fd00::1]",
                "[fe80::1]",
                "[::ffff:127.0.0.1]",
                "[64:ff9b::7f00:1]",
                "[2002:7f00:1::]")) {
            assertThatThrownBy(() -> webhooks.create("http://" + host + "/", Optional.empty(), List.of(), "ada"))
                    .as(host)
                    .hasMessageContaining("where webhooks may not reach");
        }
        assertThatThrownBy(() -> webhooks.create("http://inside.example.org/", Optional.empty(), List.of(), "ada"))
                .as("one public address among them does not help")
                .hasMessageContaining("10.0.0.7");
        var open = Reach.parse("public, private,loopback");
        for (String never : List.of("169.254.169.254", "0.0.0.0", "224.0.0.1", "fe80::1")) {
            assertThat(open.allows(address(never))).as(never).isFalse();
        }
        for (String now : List.of("127.0.0.1", "10.1.2.3", "::1", "fd00::1", "8.8.8.8")) {
            assertThat(open.allows(address(now))).as(now).isTrue();
        }
        assertThatThrownBy(() -> Reach.parse("everything")).hasMessageContaining("public, private and loopback");
    }

    @Test
    void a_name_that_moves_inside_after_it_was_registered_is_not_followed_there() {
        var webhook = hook();
        webhooks = new Webhooks(
                events,
                store,
                (url, address, headers, body) -> {
                    throw new AssertionError("must not be posted");
                },
                Reach.parse("public"),
                host -> new InetAddress[] {InetAddress.getByName("127.0.0.1")},
                DeliveryPolicy.DEFAULT,
                clock,
                new Random(1));
        happens("rollout.verdict");
        webhooks.tick();
        assertThat(only(webhook).lastError().orElseThrow()).contains("where webhooks may not reach");
    }

    @Test
    void short_secrets_and_kinds_that_are_none_are_refused() {
        assertThatThrownBy(() -> webhooks.create("https://example.org", Optional.of("short"), List.of(), "ada"))
                .hasMessageContaining("at least 16 characters");
        assertThatThrownBy(() -> hook("Rollout verdict")).hasMessageContaining("is no kind of event");
    }

    @Test
    void old_events_are_forgotten_once_nobody_waits_for_them() {
        var webhook = hook();
        answer = 500;
        happens("rollout.wave");
        happens("rollout.wave");
        webhooks.tick();
        events.forget(2);
        assertThat(events.after(0, 10)).as("still on their way").hasSize(2);
        answer = 200;
        passes(Duration.ofSeconds(5));
        events.forget(2);
        assertThat(events.after(0, 10)).isEmpty();
        assertThat(webhooks.deliveries(webhook.id(), Optional.empty(), 10)).isEmpty();
        happens("rollout.wave");
        assertThat(events.head()).as("numbers go on").isEqualTo(3);
    }

    private static InetAddress address(String literal) {
        try {
            return InetAddress.getByName(literal);
        } catch (UnknownHostException e) {
            throw new AssertionError(e);
        }
    }
}
