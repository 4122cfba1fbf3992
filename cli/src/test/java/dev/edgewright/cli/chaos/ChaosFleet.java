package dev.edgewright.cli.chaos;

import com.fasterxml.jackson.databind.JsonNode;
import dev.edgewright.cli.loop.WholeLoop;
import dev.edgewright.simulator.RunningSimulation;
import dev.edgewright.simulator.SimulatorConfig;
import dev.edgewright.simulator.SimulatorMain;
import dev.edgewright.simulator.profile.Faults;
import dev.edgewright.simulator.profile.Mix;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** A controller, a broker, agents and virtual devices, each behind something that can break. */
final class ChaosFleet implements AutoCloseable {

    static final List<String> AGENTS = List.of("cam-1", "cam-2");
    static final int VIRTUAL = 12;
    private static final Mix MIX =
            Mix.parse("quick: {verify: 20ms, probe: 20ms, isa: [avx2, avx512_vnni], requests-per-second: 5}", "mix");
    private static final Faults MESSY = Faults.parse(
            "messy-link: {share: 0.25, duplicates: 0.2, delays: 0.2, delay: 300ms}\nclock-skew: {share: 0.15}",
            "faults");

    final Mosquitto broker;
    final CutProxy toDevices;
    final CutProxy toController;
    final WholeLoop loop;
    final Witness witness;
    private final JumpingClock clock = new JumpingClock();
    private final Path database;
    private RunningSimulation simulation;

    ChaosFleet(Path folder) throws IOException {
        broker = new Mosquitto(folder);
        toDevices = new CutProxy(broker.port());
        toController = new CutProxy(broker.port());
        witness = new Witness(broker.port());
        loop = new WholeLoop(
                folder, toController.uri().toString(), toDevices.uri().toString());
        database = folder.resolve("controller/edgewright.db");
    }

    void start(Path folder, long seed) throws IOException {
        loop.startController();
        for (String agent : AGENTS) {
            loop.startAgent(agent);
        }
        simulation = SimulatorMain.start(
                SimulatorConfig.of(List.of(
                        "--devices", String.valueOf(VIRTUAL),
                        "--broker", toDevices.uri().toString(),
                        "--trust", folder.resolve("controller/keys").toString(),
                        "--seed", String.valueOf(seed))),
                MIX,
                MESSY,
                clock);
    }

    List<String> devices() {
        List<String> all = new ArrayList<>(AGENTS);
        for (int i = 1; i <= VIRTUAL; i++) {
            all.add(String.format("sim-%05d", i));
        }
        return all;
    }

    /** Lets it happen; what it broke is whole again when this returns. */
    void inject(ChaosFault fault, Random random) throws IOException, InterruptedException {
        switch (fault) {
            case AGENT_KILLED -> {
                String agent = AGENTS.get(random.nextInt(AGENTS.size()));
                loop.killAgent(agent);
                Thread.sleep(random.nextInt(300));
                loop.startAgent(agent);
            }
            case CONTROLLER_KILLED -> {
                loop.killController();
                Thread.sleep(random.nextInt(300));
                loop.startController();
            }
            case BROKER_STOPPED, BROKER_KILLED -> {
                broker.stop(fault == ChaosFault.BROKER_KILLED);
                Thread.sleep(random.nextInt(500));
                broker.start();
            }
            case DATABASE_LOCKED -> lock(random.nextInt(8) == 0 ? 11_000 : random.nextInt(2_000));
            case DEVICES_CUT -> cut(toDevices, random);
            case CONTROLLER_CUT -> cut(toController, random);
            case MESSAGES_REPEATED -> witness.repeat(random, 20);
            case CLOCKS_JUMP -> clock.jump(random.nextBoolean() ? random.nextInt(3_600_000) : -random.nextInt(1_000));
        }
    }

    private static void cut(CutProxy proxy, Random random) throws InterruptedException {
        proxy.cut();
        Thread.sleep(random.nextInt(1_500));
        proxy.mend();
    }

    /** Another process writes to the database, for so long. */
    private void lock(long ms) throws InterruptedException {
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + database);
                var statement = connection.createStatement()) {
            statement.execute("pragma busy_timeout = 5000");
            statement.execute("begin immediate");
            Thread.sleep(ms);
            statement.execute("rollback");
        } catch (SQLException e) {
            // the controller did not let go of it in time: no lock, and no harm
        }
    }

    /** What the device last reported of a model, as the controller knows it. */
    JsonNode assignment(String device, String model) throws IOException, InterruptedException {
        return loop.assignment(device, model);
    }

    @Override
    public void close() throws InterruptedException {
        if (simulation != null) {
            simulation.close();
        }
        loop.close();
        witness.close();
        toDevices.close();
        toController.close();
        broker.close();
    }
}
