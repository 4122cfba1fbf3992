package dev.edgewright.controller.fleet;

import dev.edgewright.common.error.EdgewrightException;
import dev.edgewright.common.id.DeviceId;
import dev.edgewright.common.protocol.v1.Hello;
import dev.edgewright.common.protocol.v1.Presence;
import dev.edgewright.common.protocol.v1.Reported;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BiFunction;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The registry: devices in memory, written behind in batches by {@link #flush()}, which its owner calls a few times a
 * second. Labels, which no broker would bring again, are written at once.
 */
public final class DeviceRegistry implements FleetService {

    private static final Logger LOG = LoggerFactory.getLogger(DeviceRegistry.class);
    private static final int MAX_LABELS = 64;
    private static final Pattern LABEL_KEY = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._/-]{0,62}");

    private final FleetStore store;
    private final Clock clock;
    private final ConcurrentSkipListMap<DeviceId, Device> devices = new ConcurrentSkipListMap<>();
    private final Set<DeviceId> dirty = ConcurrentHashMap.newKeySet();
    private final List<FleetListener> listeners = new CopyOnWriteArrayList<>();
    private final AtomicLong stale = new AtomicLong();
    private final BootTurns twins = new BootTurns();

    public DeviceRegistry(FleetStore store, Clock clock) {
        this.store = store;
        this.clock = clock;
        store.all().forEach(device -> devices.put(device.id(), device));
    }

    @Override
    public void onPresence(DeviceId id, Presence presence) {
        update(id, FleetChange.PRESENCE, (device, now) -> {
            boolean otherBoot = !presence.getBootId().equals(device.presence().getBootId());
            // A broker may bring the will of a connection that a newer one has replaced.
            boolean lateWill = !presence.getOnline() && device.online() && otherBoot;
            return lateWill ? null : device.withPresence(presence, now);
        });
    }

    @Override
    public void onHello(DeviceId id, Hello hello) {
        boolean shared = twins.seen(id, hello.getBootId());
        if (shared) {
            LOG.atWarn()
                    .addKeyValue("device", id)
                    .log("two devices use this identifier: boots take turns; give one of them another");
        }
        update(id, FleetChange.HELLO, (device, now) -> {
            boolean sameBoot = hello.getBootId().equals(device.hello().getBootId());
            boolean older = sameBoot && hello.getSequence() < device.hello().getSequence();
            return older ? null : device.withHello(hello, now);
        });
        if (shared) {
            listeners.forEach(listener -> listener.onChange(devices.get(id), FleetChange.SHARED_ID));
        }
    }

    @Override
    public void onReported(DeviceId id, Reported reported) {
        update(id, FleetChange.REPORTED, (device, now) -> {
            boolean sameBoot = reported.getBootId().equals(device.reported().getBootId());
            boolean older =
                    sameBoot && reported.getSequence() < device.reported().getSequence();
            return older ? null : device.withReported(reported, now);
        });
    }

    /** Applies {@code change} atomically; a null result means that the message is old. */
    private void update(DeviceId id, FleetChange what, BiFunction<Device, Instant, Device> change) {
        Instant now = clock.instant();
        var accepted = new boolean[1];
        Device after = devices.compute(id, (key, known) -> {
            Device before = known == null ? Device.unknown(id, now) : known;
            Device next = change.apply(before, now);
            accepted[0] = next != null;
            return next == null ? known : next;
        });
        if (!accepted[0]) {
            stale.incrementAndGet();
            return;
        }
        dirty.add(id);
        listeners.forEach(listener -> listener.onChange(after, what));
    }

    @Override
    public DevicePage list(Optional<String> query, int limit, Optional<DeviceId> after) {
        if (limit < 1 || limit > 1000) {
            throw EdgewrightException.caller("LIMIT_INVALID", "limit must be in 1..1000: " + limit);
        }
        DeviceQuery compiled = DeviceQuery.of(query);
        var from = after.map(id -> devices.tailMap(id, false)).orElse(devices);
        var page = new ArrayList<Device>(Math.min(limit, 64));
        for (Device device : from.values()) {
            if (compiled.matches(device)) {
                if (page.size() == limit) {
                    return new DevicePage(page, Optional.of(page.get(limit - 1).id()));
                }
                page.add(device);
            }
        }
        if (page.isEmpty() && after.isEmpty()) {
            failIfUnreadable(compiled);
        }
        return new DevicePage(page, Optional.empty());
    }

    @Override
    public List<Device> matching(DeviceQuery query) {
        var found = devices.values().stream().filter(query::matches).toList();
        if (found.isEmpty()) {
            failIfUnreadable(query);
        }
        return found;
    }

    private void failIfUnreadable(DeviceQuery query) {
        query.failure(devices.values()).ifPresent(why -> {
            throw EdgewrightException.caller(
                    "QUERY_FAILS",
                    "the query could not be evaluated for any of the " + devices.size() + " devices, first " + why
                            + "; guard a label with has(device.labels.NAME)");
        });
    }

    @Override
    public Optional<Device> get(DeviceId device) {
        return Optional.ofNullable(devices.get(device));
    }

    @Override
    public Device setLabels(DeviceId id, Map<String, String> labels) {
        check(labels);
        Device after = devices.computeIfPresent(id, (key, device) -> device.withOperatorLabels(labels));
        if (after == null) {
            throw notFound(id);
        }
        store.save(List.of(after));
        listeners.forEach(listener -> listener.onChange(after, FleetChange.LABELS));
        return after;
    }

    @Override
    public void remove(DeviceId id) {
        Device gone = devices.remove(id);
        if (gone == null) {
            throw notFound(id);
        }
        dirty.remove(id);
        store.remove(id);
        listeners.forEach(listener -> listener.onChange(gone, FleetChange.REMOVED));
    }

    @Override
    public void addListener(FleetListener listener) {
        listeners.add(listener);
    }

    @Override
    public long staleMessages() {
        return stale.get();
    }

    @Override
    public Set<DeviceId> sharedIdentifiers() {
        return twins.shared();
    }

    /** Writes what changed since the last call in one transaction. */
    public void flush() {
        var ids = List.copyOf(dirty);
        if (ids.isEmpty()) {
            return;
        }
        dirty.removeAll(ids);
        try {
            store.save(ids.stream().map(devices::get).filter(d -> d != null).toList());
        } catch (RuntimeException e) {
            dirty.addAll(ids);
            throw e;
        }
    }

    private static void check(Map<String, String> labels) {
        if (labels.size() > MAX_LABELS) {
            throw EdgewrightException.caller(
                    "LABELS_INVALID", "a device may have " + MAX_LABELS + " labels, these are " + labels.size());
        }
        labels.forEach((key, value) -> {
            if (!LABEL_KEY.matcher(key).matches() || value.length() > 128) {
                throw EdgewrightException.caller(
                        "LABELS_INVALID",
                        "a label key is " + LABEL_KEY + " and its value at most 128 characters: "
                                + (key.length() > 80 ? key.substring(0, 80) : key));
            }
        });
    }

    private static EdgewrightException notFound(DeviceId id) {
        return EdgewrightException.caller("DEVICE_NOT_FOUND", "no device " + id + " has ever connected");
    }
}
