package dev.edgewright.controller.fleet;

import com.google.protobuf.ByteString;
import dev.edgewright.common.error.EdgewrightException;
import dev.edgewright.common.id.DeviceId;
import dev.edgewright.common.protocol.v1.Hello;
import dev.edgewright.common.protocol.v1.Presence;
import dev.edgewright.common.protocol.v1.Reported;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
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
    /** Read freely; its own lock guards changes. */
    private final ConcurrentSkipListMap<DeviceId, Device> devices = new ConcurrentSkipListMap<>();

    private final Set<DeviceId> dirty = ConcurrentHashMap.newKeySet();
    private final List<FleetListener> listeners = new CopyOnWriteArrayList<>();
    private final AtomicLong stale = new AtomicLong();
    private final Set<DeviceId> shared = ConcurrentHashMap.newKeySet();
    /** Guarded by the lock of {@link #devices}. */
    private final Map<DeviceId, EarlyWords> early = new HashMap<>();

    public DeviceRegistry(FleetStore store, Clock clock) {
        this.store = store;
        this.clock = clock;
        store.all().forEach(device -> devices.put(device.id(), device));
    }

    @Override
    public void onPresence(DeviceId id, Presence presence) {
        var boot = presence.getBootId();
        update(id, FleetChange.PRESENCE, (device, now) -> {
            var boots = device.boots();
            if (boots.ended(boot)) {
                return null; // a will that a broker brings late, or a message that comes again
            }
            if (presence.getOnline()) {
                return early(device.withPresence(presence, now).withBoots(boots.running(boot)), boot, now);
            }
            if (device.online() && !boots.runs(boot)) {
                words(id).keep(presence);
                return null;
            }
            return device.withPresence(presence, now);
        });
    }

    @Override
    public void onHello(DeviceId id, Hello hello) {
        var boot = hello.getBootId();
        var twin = new boolean[1];
        update(id, FleetChange.HELLO, (device, now) -> {
            var boots = device.boots();
            boolean ended = boots.ended(boot);
            long known = boots.find(boot).map(Boots.Boot::hello).orElse(0L);
            if (hello.getSequence() < known || ended && hello.getSequence() == known) {
                return null;
            }
            // A boot that was replaced and connects again is another device's.
            twin[0] = ended && shared.add(id);
            var next = device.withHello(hello, now).withBoots(boots.hello(boot, hello.getSequence()));
            if (ended) {
                next = present(next, boot, now);
            }
            return boots.runs(boot) ? next : early(next, boot, now);
        });
        if (twin[0]) {
            LOG.atWarn()
                    .addKeyValue("device", id)
                    .log("two devices use this identifier: boots take turns; give one of them another");
            get(id).ifPresent(device -> tell(device, FleetChange.SHARED_ID));
        }
    }

    @Override
    public void onReported(DeviceId id, Reported reported) {
        var boot = reported.getBootId();
        update(id, FleetChange.REPORTED, (device, now) -> {
            var boots = device.boots();
            if (boots.current().isPresent() && !boots.runs(boot)) {
                if (!boots.ended(boot)) {
                    words(id).keep(reported);
                }
                return null;
            }
            long last = boot.equals(device.reported().getBootId())
                    ? device.reported().getSequence()
                    : 0;
            long known =
                    Math.max(last, boots.find(boot).map(Boots.Boot::reported).orElse(0L));
            if (reported.getSequence() < known) {
                return null;
            }
            var next = device.withReported(reported, now).withBoots(boots.reported(boot, reported.getSequence()));
            // What a broker retains comes once; a report behind another one is said by somebody who is there.
            return known > 0 && reported.getSequence() > known && unheard(next, boot) ? present(next, boot, now) : next;
        });
    }

    @Override
    public void onAlive(DeviceId id, ByteString boot) {
        if (get(id).filter(device -> unheard(device, boot)).isPresent()) {
            update(
                    id,
                    FleetChange.PRESENCE,
                    (device, now) -> unheard(device, boot) ? present(device, boot, now) : device);
        }
    }

    /** This boot runs, and neither its presence nor its goodbye ever came. */
    private static boolean unheard(Device device, ByteString boot) {
        return !device.online()
                && device.boots().runs(boot)
                && !device.presence().getBootId().equals(boot);
    }

    private static Device present(Device device, ByteString boot, Instant now) {
        return device.withPresence(
                Presence.newBuilder()
                        .setOnline(true)
                        .setBootId(boot)
                        .setAtUnixMs(now.toEpochMilli())
                        .build(),
                now);
    }

    private EarlyWords words(DeviceId id) {
        return early.computeIfAbsent(id, key -> new EarlyWords());
    }

    /** The device with what a boot said that is introduced only now. */
    private Device early(Device device, ByteString boot, Instant now) {
        var words = early.get(device.id());
        if (words == null) {
            return device;
        }
        var report = words.takeReport(boot);
        var goodbye = words.takeGoodbye(boot);
        if (words.isEmpty()) {
            early.remove(device.id());
        }
        Device next = report.map(r ->
                        device.withReported(r, now).withBoots(device.boots().reported(boot, r.getSequence())))
                .orElse(device);
        return goodbye.isPresent() ? next.withPresence(goodbye.get(), now) : next;
    }

    /** Applies {@code change} atomically and once; a null result means that the message is old, or comes too early. */
    private void update(DeviceId id, FleetChange what, BiFunction<Device, Instant, Device> change) {
        Instant now = clock.instant();
        Device after;
        synchronized (devices) {
            Device known = devices.get(id);
            after = change.apply(known == null ? Device.unknown(id, now) : known, now);
            if (after != null) {
                devices.put(id, after);
            }
        }
        if (after == null) {
            stale.incrementAndGet();
            return;
        }
        dirty.add(id);
        tell(after, what);
    }

    private void tell(Device device, FleetChange what) {
        listeners.forEach(listener -> listener.onChange(device, what));
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
        Device after;
        synchronized (devices) {
            after = devices.computeIfPresent(id, (key, device) -> device.withOperatorLabels(labels));
        }
        if (after == null) {
            throw notFound(id);
        }
        store.save(List.of(after));
        tell(after, FleetChange.LABELS);
        return after;
    }

    @Override
    public void remove(DeviceId id) {
        Device gone;
        synchronized (devices) {
            gone = devices.remove(id);
            early.remove(id);
        }
        if (gone == null) {
            throw notFound(id);
        }
        dirty.remove(id);
        store.remove(id);
        tell(gone, FleetChange.REMOVED);
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
        return Set.copyOf(shared);
    }

    /** Writes what changed since the last call in one transaction. */
    public void flush() {
        persist(List.copyOf(dirty));
    }

    @Override
    public void persist(Collection<DeviceId> ids) {
        var unwritten = ids.stream().filter(dirty::remove).toList();
        if (unwritten.isEmpty()) {
            return;
        }
        try {
            store.save(
                    unwritten.stream().map(devices::get).filter(d -> d != null).toList());
        } catch (RuntimeException e) {
            dirty.addAll(unwritten);
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
