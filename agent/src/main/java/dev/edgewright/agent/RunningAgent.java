package dev.edgewright.agent;

import dev.edgewright.agent.inference.ModelRegistry;
import dev.edgewright.common.id.DeviceId;
import java.util.ArrayDeque;
import java.util.Deque;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** An agent at work; closing it ends everything that it started, last first. */
public final class RunningAgent implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(RunningAgent.class);

    private final DeviceId id;
    private final ModelRegistry models;
    private final int servePort;
    private final Deque<AutoCloseable> parts;

    RunningAgent(DeviceId id, ModelRegistry models, int servePort, Deque<AutoCloseable> parts) {
        this.id = id;
        this.models = models;
        this.servePort = servePort;
        this.parts = new ArrayDeque<>(parts);
    }

    public DeviceId id() {
        return id;
    }

    /** Where the inference endpoint answers. */
    public int servePort() {
        return servePort;
    }

    /** The Java API: runs the device's models in this process, without HTTP. */
    public ModelRegistry models() {
        return models;
    }

    @Override
    public synchronized void close() {
        closeAll(parts);
    }

    static void closeAll(Deque<AutoCloseable> parts) {
        while (!parts.isEmpty()) {
            try {
                parts.pop().close();
            } catch (Exception e) {
                LOG.atWarn().setCause(e).log("a part of the agent did not end cleanly");
            }
        }
    }
}
