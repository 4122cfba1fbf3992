package dev.edgewright.controller.rollout;

import static dev.edgewright.controller.rollout.RolloutFixture.MODEL;
import static dev.edgewright.controller.rollout.RolloutFixture.request;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.edgewright.common.signing.SigningKey;
import dev.edgewright.common.update.UpdateState;
import dev.edgewright.controller.storage.JdbiLease;
import dev.edgewright.controller.storage.JdbiRolloutStore;
import dev.edgewright.controller.testing.Choosing;
import dev.edgewright.controller.testing.FakeDevice.Behaviour;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two controllers on one database: one decides, and should both believe to, one of them writes. */
class TwoControllersTest {

    @TempDir
    Path folder;

    private RolloutFixture house;
    private final List<String> published = new ArrayList<>();

    @BeforeEach
    void open() {
        house = new RolloutFixture(folder);
    }

    @AfterEach
    void close() {
        house.close();
    }

    /** Another controller on the same database and the same devices. */
    private RolloutEngine another(Leadership leadership) {
        var ids = new AtomicInteger();
        return new RolloutEngine(
                house.fleet,
                house.catalog,
                Choosing.over(house.catalog, house.fleet, house.database, house.clock),
                house.telemetry,
                new JdbiRolloutStore(house.database),
                SigningKey.generate(),
                (device, signed) -> {
                    published.add(device.value());
                    return house.deliver(device, signed);
                },
                house.clock,
                Runnable::run,
                () -> dev.edgewright.common.id.RolloutId.of("other-" + ids.incrementAndGet()),
                leadership);
    }

    private JdbiLease lease(String holder) {
        return new JdbiLease(house.database, "rollouts", holder, Duration.ofSeconds(10), house.clock);
    }

    @Test
    void of_two_that_both_believe_to_lead_one_writes_and_the_other_starts_over() {
        house.devices(2);
        house.device(1).behaves(Behaviour.STAYS_WATCHING);
        house.version("v1");
        var rollout = house.engine.create(request(List.of(), GatePolicy.DEFAULT));
        var other = another(Leadership.ALONE);
        var id = rollout.rollout().id();
        assertThat(other.pause(id, "bob").rollout().state()).isEqualTo(RolloutState.PAUSED);
        // The first still has it in memory as running: it must not write over what the other did.
        assertThatThrownBy(() -> house.engine.abort(id, false, "ada"))
                .hasMessageContaining("was changed by another controller; try again");
        assertThat(house.engine.get(id).orElseThrow().rollout().state()).isEqualTo(RolloutState.PAUSED);
        assertThat(house.engine.abort(id, false, "ada").rollout().state()).isEqualTo(RolloutState.ABORTED);
    }

    @Test
    void a_race_of_many_threads_over_one_rollout_leaves_one_history_without_gaps_or_twins() throws Exception {
        house.devices(2);
        house.device(1).behaves(Behaviour.STAYS_WATCHING);
        house.version("v1");
        var id = house.engine
                .create(request(List.of(), GatePolicy.DEFAULT))
                .rollout()
                .id();
        var engines = List.of(house.engine, another(Leadership.ALONE), another(Leadership.ALONE));
        var threads = Executors.newFixedThreadPool(engines.size());
        var go = new CountDownLatch(1);
        var won = new AtomicInteger();
        try {
            for (var engine : engines) {
                threads.submit(() -> {
                    go.await();
                    for (int i = 0; i < 20; i++) {
                        try {
                            if (i % 2 == 0) {
                                engine.pause(id, "ada");
                            } else {
                                engine.resume(id, "ada");
                            }
                            won.incrementAndGet();
                        } catch (dev.edgewright.common.error.EdgewrightException refused) {
                            // Raced, or in the other state by now.
                        }
                    }
                    return null;
                });
            }
            go.countDown();
        } finally {
            threads.shutdown();
            assertThat(threads.awaitTermination(60, java.util.concurrent.TimeUnit.SECONDS))
                    .isTrue();
        }
        var history = new JdbiRolloutStore(house.database).history(id);
        assertThat(history)
                .extracting(HistoryEntry::sequence)
                .isEqualTo(java.util.stream.LongStream.rangeClosed(1, history.size())
                        .boxed()
                        .toList());
        var moves = history.stream()
                .filter(h -> h.who().equals("ada"))
                .map(h -> h.words().substring(0, h.words().indexOf(':')))
                .toList();
        assertThat(moves).hasSize(won.get());
        for (int i = 0; i < moves.size(); i++) {
            assertThat(moves.get(i)).as("moves take turns").isEqualTo(i % 2 == 0 ? "paused" : "running");
        }
    }

    @Test
    void with_a_lease_one_decides_and_the_other_says_who_to_ask() {
        house.devices(2);
        house.version("v1");
        assertThat(lease("a").renew()).isTrue();
        var second = another(lease("b"));
        second.tick();
        assertThatThrownBy(() -> second.create(request(List.of(), GatePolicy.DEFAULT)))
                .hasMessageContaining("another controller decides about rollouts (a); ask that one");
        assertThat(second.list(10)).isEmpty();
        assertThat(published).isEmpty();
    }

    @Test
    void a_controller_that_dies_is_followed_by_the_other_which_finishes_what_was_begun() {
        house.devices(2);
        house.device(1).behaves(Behaviour.STAYS_WATCHING);
        house.version("v1");
        var dead = new AtomicBoolean();
        var lease = lease("a");
        var first = another(new Leadership() {
            @Override
            public boolean renew() {
                return !dead.get() && lease.renew();
            }

            @Override
            public Optional<String> holder() {
                return lease.holder();
            }
        });
        var rollout = first.create(request(List.of(), GatePolicy.DEFAULT));
        var second = another(lease("b"));
        second.tick();
        assertThat(published).as("only the leader told anyone, once").containsExactly("cam-01");

        dead.set(true);
        first.tick();
        house.device(1).says(MODEL.value(), UpdateState.COMMITTED, true);
        second.tick();
        assertThat(published).as("the lease still has its time to run").containsExactly("cam-01");
        house.passes(Duration.ofSeconds(11));
        second.tick();
        assertThat(second.get(rollout.rollout().id()).orElseThrow().rollout().state())
                .isEqualTo(RolloutState.SUCCEEDED);
        // What was published and not noted as such goes out again, with the same sequence: a device takes it once.
        assertThat(published).containsOnly("cam-01", "cam-02");
        assertThat(house.device(1).received()).hasSize(1);
        assertThat(house.device(2).received()).hasSize(1);
    }

    @Test
    void one_that_slept_over_its_lease_lets_go_before_it_decides_anything() {
        house.devices(1);
        house.version("v1");
        var a = another(lease("a"));
        house.passes(Duration.ofSeconds(30));
        assertThat(lease("b").renew()).isTrue();
        a.tick();
        assertThatThrownBy(() -> a.create(request(List.of(), GatePolicy.DEFAULT)))
                .hasMessageContaining("another controller decides");
    }
}
