package dev.edgewright.controller.mqtt;

import static org.assertj.core.api.Assertions.assertThat;

import dev.edgewright.common.id.DeviceId;
import org.junit.jupiter.api.Test;

class OutboxTest {
    private static final DeviceId CAM = DeviceId.of("cam-1");
    private static final DeviceId GATE = DeviceId.of("gate-1");

    private final Outbox outbox = new Outbox();

    @Test
    void only_the_newest_state_of_a_device_waits_and_answers_for_the_older_ones() {
        var first = outbox.add(CAM, new byte[] {1});
        var second = outbox.add(CAM, new byte[] {2});

        var entry = outbox.poll();
        assertThat(entry.payload()).containsExactly(2);
        assertThat(outbox.poll()).isNull();
        outbox.delivered(entry);
        assertThat(first).isCompleted();
        assertThat(second).isCompleted();
    }

    @Test
    void a_newer_state_waits_for_the_older_one_under_way_and_other_devices_do_not() {
        outbox.add(CAM, new byte[] {1});
        var older = outbox.poll();
        outbox.add(CAM, new byte[] {2});
        outbox.add(GATE, new byte[] {3});

        assertThat(outbox.poll().payload()).containsExactly(3);
        assertThat(outbox.poll()).isNull();
        outbox.delivered(older);
        assertThat(outbox.poll().payload()).containsExactly(2);
    }

    @Test
    void an_older_state_that_comes_back_does_not_take_the_place_of_the_newer_one() {
        var first = outbox.add(CAM, new byte[] {1});
        var older = outbox.poll();
        outbox.add(CAM, new byte[] {2});

        assertThat(outbox.putBack(older)).isTrue();

        var newer = outbox.poll();
        assertThat(newer.payload()).containsExactly(2);
        assertThat(first).isNotDone();
        outbox.delivered(newer);
        assertThat(first).isCompleted();
        assertThat(outbox.size()).isZero();
    }

    @Test
    void a_state_that_comes_back_goes_again() {
        var future = outbox.add(CAM, new byte[] {1});
        assertThat(outbox.putBack(outbox.poll())).isFalse();

        assertThat(future).isNotDone();
        assertThat(outbox.poll().payload()).containsExactly(1);
    }
}
