package dev.edgewright.controller.fleet;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.edgewright.common.id.DeviceId;
import dev.edgewright.common.protocol.v1.Hello;
import dev.edgewright.common.protocol.v1.Presence;
import dev.edgewright.common.protocol.v1.Reported;
import dev.edgewright.controller.fake.FakeFleetStore;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

/** What a boot that has ended said never takes the place of what a newer one says, and a newer one is always taken. */
class BootsTest {

    private static final DeviceId CAM = DeviceId.of("cam-1");
    private static final ByteString A = boot(1);
    private static final ByteString B = boot(2);

    private FakeFleetStore store = new FakeFleetStore();
    private DeviceRegistry registry = new DeviceRegistry(store, Clock.systemUTC());

    private static ByteString boot(int number) {
        byte[] id = new byte[16];
        id[15] = (byte) number;
        return ByteString.copyFrom(id);
    }

    private static Presence presence(ByteString boot, boolean online) {
        return Presence.newBuilder().setBootId(boot).setOnline(online).build();
    }

    private static Hello hello(ByteString boot, long sequence) {
        return Hello.newBuilder().setBootId(boot).setSequence(sequence).build();
    }

    /** @param desired tells reports apart */
    private static Reported report(ByteString boot, long sequence, long desired) {
        return Reported.newBuilder()
                .setBootId(boot)
                .setSequence(sequence)
                .setDesiredSequence(desired)
                .build();
    }

    private Device cam() {
        return registry.get(CAM).orElseThrow();
    }

    private long desired() {
        return cam().reported().getDesiredSequence();
    }

    private void lives(ByteString boot, long desired) {
        registry.onPresence(CAM, presence(boot, true));
        registry.onHello(CAM, hello(boot, 1));
        registry.onReported(CAM, report(boot, 1, desired));
    }

    /** The controller was stopped and started on the same database. */
    private void restarted() {
        registry.flush();
        registry = new DeviceRegistry(store, Clock.systemUTC());
    }

    @Test
    void telemetry_of_the_boot_that_runs_stands_in_for_a_presence_that_never_came() {
        registry.onHello(CAM, hello(A, 1));
        registry.onReported(CAM, report(A, 1, 0));
        assertThat(cam().online()).isFalse();
        registry.onAlive(CAM, B);
        assertThat(cam().online()).isFalse();
        registry.onAlive(CAM, A);
        assertThat(cam().online()).isTrue();
        registry.onPresence(CAM, presence(A, false));
        assertThat(cam().online()).isFalse();
    }

    @Test
    void so_does_a_report_behind_another_one_but_not_the_one_that_a_broker_retains() {
        registry.onHello(CAM, hello(A, 1));
        registry.onReported(CAM, report(A, 4, 0));
        registry.onReported(CAM, report(A, 4, 0));
        assertThat(cam().online()).isFalse();
        registry.onReported(CAM, report(A, 5, 0));
        assertThat(cam().online()).isTrue();
    }

    @Test
    void a_boot_that_said_goodbye_is_not_back_for_telemetry_or_a_report_that_comes_late() {
        lives(A, 1);
        registry.onPresence(CAM, presence(A, false));
        registry.onAlive(CAM, A);
        registry.onReported(CAM, report(A, 2, 1));
        assertThat(cam().online()).isFalse();
    }

    @Test
    void telemetry_of_a_device_that_nobody_knows_makes_none() {
        registry.onAlive(CAM, A);
        assertThat(registry.get(CAM)).isEmpty();
    }

    @Test
    void a_report_of_a_boot_that_has_ended_is_dropped_though_its_sequence_is_higher() {
        lives(A, 1);
        lives(B, 2);
        registry.onReported(CAM, report(A, 99, 1));
        assertThat(desired()).isEqualTo(2);
        assertThat(registry.staleMessages()).isEqualTo(1);
    }

    @Test
    void so_it_is_after_a_restart_of_the_controller() {
        lives(A, 1);
        lives(B, 2);
        restarted();
        registry.onReported(CAM, report(A, 99, 1));
        registry.onHello(CAM, hello(A, 1));
        registry.onPresence(CAM, presence(A, false));
        assertThat(desired()).isEqualTo(2);
        assertThat(cam().hello().getBootId()).isEqualTo(B);
        assertThat(cam().online()).isTrue();
    }

    @Test
    void a_retained_report_of_a_boot_that_nobody_saw_does_not_end_the_boot_that_runs() {
        registry.onPresence(CAM, presence(B, true));
        registry.onHello(CAM, hello(B, 1));
        registry.onReported(CAM, report(A, 7, 1));
        registry.onReported(CAM, report(B, 1, 2));
        assertThat(desired()).isEqualTo(2);
        registry.onReported(CAM, report(A, 8, 1));
        assertThat(desired()).isEqualTo(2);
    }

    @Test
    void a_report_that_comes_before_the_hello_of_its_boot_is_taken_with_the_hello() {
        lives(A, 1);
        registry.onReported(CAM, report(B, 2, 5));
        registry.onReported(CAM, report(B, 1, 4));
        assertThat(desired()).isEqualTo(1);
        registry.onHello(CAM, hello(B, 1));
        assertThat(desired()).isEqualTo(5);
        registry.onReported(CAM, report(B, 1, 4));
        assertThat(desired()).isEqualTo(5);
    }

    @Test
    void a_device_that_went_while_nobody_listened_is_offline_in_whatever_order_retained_messages_come() {
        lives(A, 1);
        registry.onPresence(CAM, presence(B, false));
        assertThat(cam().online()).isTrue();
        registry.onHello(CAM, hello(B, 1));
        assertThat(cam().online()).isFalse();
    }

    @Test
    void a_boot_that_was_replaced_and_connects_again_is_another_device_and_is_heard() {
        var heard = new ArrayList<FleetChange>();
        registry.addListener((device, change) -> heard.add(change));
        lives(A, 1);
        lives(B, 2);
        assertThat(registry.sharedIdentifiers()).isEmpty();
        registry.onPresence(CAM, presence(B, false));
        registry.onPresence(CAM, presence(A, true));
        registry.onHello(CAM, hello(A, 2));
        registry.onReported(CAM, report(A, 2, 3));
        assertThat(registry.sharedIdentifiers()).containsExactly(CAM);
        assertThat(heard).containsOnlyOnce(FleetChange.SHARED_ID);
        assertThat(desired()).isEqualTo(3);
        assertThat(cam().online()).isTrue();
    }

    @Test
    void a_hello_that_comes_again_is_not_another_device() {
        lives(A, 1);
        lives(B, 2);
        registry.onHello(CAM, hello(A, 1));
        assertThat(registry.sharedIdentifiers()).isEmpty();
        assertThat(cam().hello().getBootId()).isEqualTo(B);
    }

    @Test
    void more_boots_than_are_remembered_leave_the_newest() {
        for (int i = 1; i <= 40; i++) {
            lives(boot(i), i);
        }
        assertThat(cam().boots().seen()).hasSize(Boots.REMEMBERED);
        registry.onReported(CAM, report(boot(30), 50, 30));
        assertThat(desired()).isEqualTo(40);
    }

    @Test
    void what_the_store_keeps_is_what_was() {
        var boots = Boots.NONE.hello(A, 3).reported(A, 9).hello(B, 1);
        assertThat(Boots.ofText(boots.toText())).isEqualTo(boots);
        assertThat(Boots.ofText("")).isEqualTo(Boots.NONE);
    }

    /** Boots one after the other; in between, and within, anything that was said comes again, and the controller restarts. Clocks play no part. */
    @Property(tries = 300)
    void the_newest_boot_is_always_the_one_believed(@ForAll @IntRange(min = 1, max = 10) int boots, @ForAll long seed) {
        store = new FakeFleetStore(); // one instance of this class serves all tries
        registry = new DeviceRegistry(store, Clock.systemUTC());
        var random = new Random(seed);
        List<Runnable> said = new ArrayList<>();
        for (int i = 1; i <= boots; i++) {
            ByteString boot = boot(i);
            int last = 1 + random.nextInt(4);
            List<Runnable> words = new ArrayList<>(List.of(
                    () -> registry.onPresence(CAM, presence(boot, true)), () -> registry.onHello(CAM, hello(boot, 1))));
            for (int s = 1; s <= last; s++) {
                long sequence = s;
                long meaning = 100L * i + s;
                words.add(
                        random.nextInt(words.size() + 1),
                        () -> registry.onReported(CAM, report(boot, sequence, meaning)));
            }
            for (Runnable word : words) {
                word.run();
                said.add(word);
                while (random.nextInt(3) == 0) {
                    said.get(random.nextInt(said.size())).run();
                }
                if (random.nextInt(20) == 0) {
                    registry.flush();
                }
            }
            assertThat(desired()).isEqualTo(100L * i + last);
            assertThat(cam().hello().getBootId()).isEqualTo(boot);
            if (random.nextBoolean()) {
                restarted();
            }
        }
    }
}
