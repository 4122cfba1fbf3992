package dev.edgewright.simulator;

import dev.edgewright.common.error.EdgewrightException;
import dev.edgewright.common.id.BootId;
import dev.edgewright.common.signing.TrustedKeys;
import dev.edgewright.simulator.device.Blueprint;
import dev.edgewright.simulator.device.Checks;
import dev.edgewright.simulator.device.VirtualDevice;
import dev.edgewright.simulator.fleet.BrokerAddress;
import dev.edgewright.simulator.fleet.Fleet;
import dev.edgewright.simulator.profile.Fault;
import dev.edgewright.simulator.profile.Faults;
import dev.edgewright.simulator.profile.Mix;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Puts a fleet of virtual devices onto a broker and prints, once a second, what they do. */
public final class SimulatorMain {

    private SimulatorMain() {}

    /** Options as in {@link SimulatorConfig}. Ends after {@code --for}, or when it is stopped. */
    public static void main(String[] arguments) throws InterruptedException {
        try {
            run(SimulatorConfig.of(List.of(arguments)));
        } catch (EdgewrightException e) {
            System.err.println("error: " + e.getMessage());
            System.exit(2);
        }
    }

    /** Reads the files and begins to connect; returns at once. Throws as the files and the keys do. */
    public static RunningSimulation start(SimulatorConfig config) {
        Mix mix = config.mix().map(Mix::load).orElse(Mix.DEFAULT);
        Faults faults = config.faults().map(Faults::load).orElse(Faults.NONE);
        return start(config, mix, faults);
    }

    /** As {@link #start(SimulatorConfig)}, with the mix and the faults themselves in place of the files. */
    public static RunningSimulation start(SimulatorConfig config, Mix mix, Faults faults) {
        return start(config, mix, faults, Clock.systemUTC());
    }

    /** @param clock of all devices; one that jumps is a fault too */
    public static RunningSimulation start(SimulatorConfig config, Mix mix, Faults faults, Clock clock) {
        BrokerAddress broker = BrokerAddress.of(config.broker());
        TrustedKeys trust = TrustedKeys.load(config.trust());
        Fleet fleet = new Fleet(
                devices(config, mix, faults, new Checks(trust)),
                broker,
                config.cores(),
                config.connectsPerSecond(),
                clock);
        fleet.start();
        return new RunningSimulation(fleet);
    }

    private static List<VirtualDevice> devices(SimulatorConfig config, Mix mix, Faults faults, Checks checks) {
        SecureRandom boots = new SecureRandom();
        SplittableRandom random = new SplittableRandom(config.seed());
        List<Fault> fault = faults.assign(config.devices(), config.seed());
        List<VirtualDevice> devices = new ArrayList<>(config.devices());
        for (int i = 0; i < config.devices(); i++) {
            boolean twin = fault.get(i) == Fault.TWIN && config.devices() > 1;
            Blueprint blueprint = new Blueprint(
                    config.idOf(twin ? i == 0 ? 2 : i : i + 1),
                    BootId.random(boots),
                    mix.draw(random),
                    fault.get(i),
                    faults,
                    config.telemetryInterval().toMillis(),
                    config.window());
            devices.add(new VirtualDevice(blueprint, checks, random.split()));
        }
        return devices;
    }

    private static void run(SimulatorConfig config) throws InterruptedException {
        CountDownLatch stopped = new CountDownLatch(1);
        try (RunningSimulation simulation = start(config)) {
            Runtime.getRuntime().addShutdownHook(new Thread(stopped::countDown, "shutdown"));
            Instant end = config.runFor().map(Instant.now()::plus).orElse(Instant.MAX);
            while (Instant.now().isBefore(end) && !stopped.await(1, TimeUnit.SECONDS)) {
                System.out.println(simulation.statistics().line());
            }
        }
    }
}
