package dev.edgewright.controller.fleet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import dev.edgewright.common.id.DeviceId;
import dev.edgewright.common.protocol.v1.Hello;
import dev.edgewright.common.protocol.v1.Presence;
import dev.edgewright.common.protocol.v1.Reported;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class DeviceRegistryTest {

    private static final DeviceId CAM = DeviceId.of("cam-1");
    private static final ByteString BOOT_A = ByteString.copyFrom(new byte[16]);
    private static final ByteString BOOT_B = ByteString.copyFromUtf8("bbbbbbbbbbbbbbbb");

    private final MemoryStore store = new MemoryStore();
    private final DeviceRegistry registry = new DeviceRegistry(store, Clock.systemUTC());

    private static final class MemoryStore implements FleetStore {
        private final Map<DeviceId, Device> devices = new TreeMap<>();
        private boolean broken;

        @Override
        public List<Device> all() {
            return List.copyOf(devices.values());
        }

        @Override
        public void save(Collection<Device> all) {
            if (broken) {
                throw new IllegalStateException("database is locked");
            }
            all.forEach(d -> devices.put(d.id(), d));
        }

        @Override
        public void remove(DeviceId device) {
            devices.remove(device);
        }
    }

    private static Presence presence(boolean online, ByteString boot) {
        return Presence.newBuilder().setOnline(online).setBootId(boot).build();
    }

    @Test
    void the_last_will_of_an_earlier_connection_does_not_put_a_device_offline() {
        registry.onPresence(CAM, presence(true, BOOT_B));
        registry.onPresence(CAM, presence(false, BOOT_A));
        assertThat(registry.get(CAM).orElseThrow().online()).isTrue();
        assertThat(registry.staleMessages()).isEqualTo(1);
        registry.onPresence(CAM, presence(false, BOOT_B));
        assertThat(registry.get(CAM).orElseThrow().online()).isFalse();
    }

    @Test
    void an_older_report_of_the_same_boot_is_ignored_and_a_new_boot_begins_anew() {
        registry.onReported(
                CAM, Reported.newBuilder().setBootId(BOOT_A).setSequence(5).build());
        registry.onReported(
                CAM, Reported.newBuilder().setBootId(BOOT_A).setSequence(4).build());
        assertThat(registry.get(CAM).orElseThrow().reported().getSequence()).isEqualTo(5);
        registry.onReported(
                CAM, Reported.newBuilder().setBootId(BOOT_B).setSequence(1).build());
        assertThat(registry.get(CAM).orElseThrow().reported().getSequence()).isEqualTo(1);
    }

    @Test
    void pages_follow_each_other_without_gap_or_repeat() {
        for (int i = 0; i < 25; i++) {
            registry.onPresence(DeviceId.of("d" + (100 + i)), presence(true, BOOT_A));
        }
        var seen = new ArrayList<DeviceId>();
        Optional<DeviceId> after = Optional.empty();
        do {
            var page = registry.list(Optional.of("device.online"), 10, after);
            page.items().forEach(d -> seen.add(d.id()));
            after = page.next();
        } while (after.isPresent());
        assertThat(seen).hasSize(25).doesNotHaveDuplicates().isSorted();
        assertThatThrownBy(() -> registry.list(Optional.empty(), 0, Optional.empty()))
                .hasMessageContaining("1..1000");
    }

    @Test
    void a_write_that_fails_is_written_with_the_next() {
        registry.onHello(CAM, Hello.newBuilder().setBootId(BOOT_A).build());
        store.broken = true;
        assertThatThrownBy(registry::flush).hasMessageContaining("locked");
        store.broken = false;
        registry.flush();
        assertThat(store.devices).containsKey(CAM);
    }

    @Test
    void operator_labels_win_and_survive_a_hello() {
        registry.onHello(CAM, Hello.newBuilder().putLabels("tier", "a").build());
        registry.setLabels(CAM, Map.of("tier", "b"));
        registry.onHello(
                CAM, Hello.newBuilder().setBootId(BOOT_B).putLabels("tier", "c").build());
        assertThat(registry.get(CAM).orElseThrow().labels()).containsEntry("tier", "b");
        assertThat(store.devices.get(CAM).operatorLabels()).containsEntry("tier", "b");
        assertThatThrownBy(() -> registry.setLabels(CAM, Map.of("bad key", "x")))
                .hasMessageContaining("label key");
        assertThatThrownBy(() -> registry.setLabels(DeviceId.of("none"), Map.of()))
                .hasMessageContaining("no device none");
    }

    @Test
    void a_removed_device_comes_back_with_its_next_message() {
        var heard = new ArrayList<FleetChange>();
        registry.addListener((device, change) -> heard.add(change));
        registry.onPresence(CAM, presence(true, BOOT_A));
        registry.remove(CAM);
        assertThat(registry.get(CAM)).isEmpty();
        registry.onPresence(CAM, presence(true, BOOT_A));
        assertThat(heard).containsExactly(FleetChange.PRESENCE, FleetChange.REMOVED, FleetChange.PRESENCE);
    }
}
