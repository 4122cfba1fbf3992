package dev.edgewright.controller.fleet;

import dev.edgewright.common.id.DeviceId;
import dev.edgewright.common.protocol.v1.Probe;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Keeps the {@link ClassBook}: places a device when it says what it is, and again when it turns out to behave differently.
 * Thread-safe; written behind by {@link #flush()}.
 */
public final class DeviceClasses {

    private final Store store;
    private final Map<DeviceId, Double> behaviours = new ConcurrentHashMap<>();
    private ClassBook book;
    private boolean dirty;

    /** Keeps the book over a restart. */
    public interface Store {
        ClassBook load();

        void save(ClassBook book);
    }

    public DeviceClasses(Store store, FleetService fleet) {
        this.store = store;
        this.book = store.load();
        fleet.addListener(this::onChange);
        fleet.matching(DeviceQuery.all()).stream().filter(Device::introduced).forEach(this::place);
    }

    /** The class of a device: its hardware's name, with a number where that hardware comes in more than one kind. */
    public synchronized String of(Device device) {
        if (!device.introduced()) {
            return HardwareClass.UNKNOWN.value();
        }
        return book.of(device.id().value(), device.hardwareClass().value());
    }

    /**
     * A device takes {@code factor} times as long as its hardware usually does, over enough requests to believe it. Beyond the tolerance
     * it leaves its class.
     */
    public synchronized void behaves(Device device, double factor) {
        if (factor > 0 && Double.isFinite(factor) && device.introduced()) {
            behaviours.put(device.id(), Math.log(factor));
            place(device);
        }
    }

    public synchronized ClassBook book() {
        return book;
    }

    /** Writes the book when it changed. */
    public void flush() {
        ClassBook now;
        synchronized (this) {
            if (!dirty) {
                return;
            }
            dirty = false;
            now = book;
        }
        store.save(now);
    }

    private synchronized void onChange(Device device, FleetChange change) {
        if (change == FleetChange.REMOVED) {
            behaviours.remove(device.id());
            set(book.without(device.id().value()));
        } else if (change == FleetChange.HELLO && device.introduced()) {
            place(device);
        }
    }

    private synchronized void place(Device device) {
        var traits = new ClassBook.Traits(rates(device), behaviours.getOrDefault(device.id(), 0.0));
        set(book.placed(device.id().value(), device.hardwareClass().value(), traits));
    }

    private void set(ClassBook next) {
        dirty |= next != book;
        book = next;
    }

    static Map<String, Double> rates(Device device) {
        var rates = new HashMap<String, Double>();
        for (Probe probe : device.probes()) {
            if (probe.getMedianUs() > 0 && probe.getWork() > 0) {
                rates.put(
                        probe.getKernel() + " " + probe.getPrecision() + " " + probe.getSize() + " "
                                + probe.getThreads() + "t",
                        Math.log(probe.getWork() / probe.getMedianUs()));
            }
        }
        return rates;
    }
}
