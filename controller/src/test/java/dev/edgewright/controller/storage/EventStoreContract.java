package dev.edgewright.controller.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.edgewright.common.config.Secret;
import dev.edgewright.controller.audit.AuditEntry;
import dev.edgewright.controller.audit.AuditLog;
import dev.edgewright.controller.events.Delivery;
import dev.edgewright.controller.events.Webhook;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What every database has to do for what is told, who did what, and who decides. */
interface EventStoreContract extends OpenDatabase {

    private static AuditEntry audited(String actor, String action, String object) {
        return new AuditEntry(
                0, NOW, actor, "cli", action, object, Optional.of("RUNNING"), Optional.of("PAUSED"), "done", "");
    }

    @Test
    default void the_audit_log_is_read_by_who_what_and_where_and_nothing_in_it_can_be_changed() {
        var log = new JdbiAuditLog(database());
        log.append(audited("ada", "rollouts.pause", "rollouts/ro-1"));
        log.append(audited("bob", "rollouts.pause", "rollouts/ro-10"));
        log.append(audited("ada", "devices.change", "devices/cam_1"));
        assertThat(log.list(AuditLog.Filter.ALL, 0, 10))
                .extracting(AuditEntry::sequence)
                .containsExactly(3L, 2L, 1L);
        assertThat(log.list(AuditLog.Filter.ALL, 3, 1))
                .extracting(AuditEntry::actor)
                .containsExactly("bob");
        var none = Optional.<String>empty();
        assertThat(log.list(new AuditLog.Filter(Optional.of("ada"), none, none), 0, 10))
                .hasSize(2);
        assertThat(log.list(new AuditLog.Filter(none, Optional.of("rollouts.pause"), none), 0, 10))
                .hasSize(2);
        assertThat(log.list(new AuditLog.Filter(none, none, Optional.of("rollouts/ro-1")), 0, 10))
                .hasSize(1);
        assertThat(log.list(new AuditLog.Filter(none, none, Optional.of("rollouts")), 0, 10))
                .hasSize(2);
        assertThat(log.list(new AuditLog.Filter(none, none, Optional.of("devices/cam")), 0, 10))
                .isEmpty();
        for (String change : List.of("update audit set actor = 'eve'", "delete from audit")) {
            assertThatThrownBy(() -> database().jdbi().useHandle(h -> h.execute(change)))
                    .hasStackTraceContaining("audit entries are never");
        }
        assertThat(log.list(AuditLog.Filter.ALL, 0, 10)).hasSize(3);
    }

    @Test
    default void webhooks_and_deliveries_come_back_as_they_were_saved() {
        var store = new JdbiWebhookStore(database());
        var webhook = new Webhook(
                "wh-1",
                URI.create("https://example.org/x?y=1"),
                Secret.of("0123456789abcdef"),
                List.of("rollout.*", "device.shared-id"),
                NOW,
                "ada",
                0);
        store.add(webhook);
        assertThat(store.all()).containsExactly(webhook);
        var delivery = new Delivery(
                "wh-1", 7, Delivery.State.PENDING, 2, NOW, 500, Optional.of("it answered 500"), NOW.plusSeconds(1));
        assertThat(store.makeOut(webhook, 7, List.of(delivery))).isTrue();
        assertThat(store.find("wh-1").orElseThrow().cursor()).isEqualTo(7);
        assertThat(store.due(NOW, 10)).containsExactly(delivery);
        assertThat(store.due(NOW.minusSeconds(1), 10)).isEmpty();
        assertThat(store.deliveries("wh-1", Optional.of(Delivery.State.DEAD), 10))
                .isEmpty();
        assertThat(store.deliveries("wh-1", Optional.empty(), 10)).containsExactly(delivery);
        assertThat(store.remove("wh-1")).isTrue();
        assertThat(store.remove("wh-1")).isFalse();
        assertThat(store.due(NOW, 10)).isEmpty();
    }

    @Test
    default void a_lease_has_one_holder_until_its_time_is_over() {
        var clock = new java.util.concurrent.atomic.AtomicReference<>(NOW);
        var time = new java.time.Clock() {
            @Override
            public ZoneId getZone() {
                return java.time.ZoneOffset.UTC;
            }

            @Override
            public java.time.Clock withZone(ZoneId zone) {
                return this;
            }

            @Override
            public Instant instant() {
                return clock.get();
            }
        };
        var a = new JdbiLease(database(), "rollouts", "a", Duration.ofSeconds(10), time);
        var b = new JdbiLease(database(), "rollouts", "b", Duration.ofSeconds(10), time);
        assertThat(a.renew()).isTrue();
        assertThat(b.renew()).isFalse();
        assertThat(b.holder()).contains("a");
        clock.set(NOW.plusSeconds(9));
        assertThat(a.renew()).isTrue();
        clock.set(NOW.plusSeconds(19));
        assertThat(b.renew()).isFalse();
        clock.set(NOW.plusSeconds(20));
        assertThat(b.renew()).as("a did not renew").isTrue();
        assertThat(a.renew()).isFalse();
        b.release();
        assertThat(a.renew()).isTrue();
    }
}
