package dev.edgewright.agent.fakes;

import dev.edgewright.agent.link.Link;
import dev.edgewright.agent.link.LinkListener;
import dev.edgewright.common.id.Digest;
import dev.edgewright.common.protocol.v1.Hello;
import dev.edgewright.common.protocol.v1.Reported;
import dev.edgewright.common.protocol.v1.TelemetryWindow;
import dev.edgewright.common.protocol.v1.TrialReport;
import dev.edgewright.common.protocol.v1.Want;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Keeps what the agent sent; the test decides what arrives and whether there is a connection. */
public final class MemoryLink implements Link {

    public boolean up = true;
    public final List<Want> wants = new ArrayList<>();
    public final List<Reported> reports = new ArrayList<>();
    public final List<TrialReport> trialed = new ArrayList<>();
    public final List<Hello> hellos = new ArrayList<>();
    public final List<TelemetryWindow> windows = new ArrayList<>();
    public final Set<Digest> followed = new HashSet<>();

    @Override
    public void start(LinkListener listener) {}

    @Override
    public boolean connected() {
        return up;
    }

    @Override
    public void hello(Hello hello) {
        hellos.add(hello);
    }

    @Override
    public void reported(Reported reported) {
        reports.add(reported);
    }

    @Override
    public void telemetry(TelemetryWindow window) {
        windows.add(window);
    }

    @Override
    public void trialed(TrialReport report) {
        trialed.add(report);
    }

    @Override
    public void want(Want want) {
        wants.add(want);
    }

    @Override
    public void follow(Digest blob) {
        followed.add(blob);
    }

    @Override
    public void unfollow(Digest blob) {
        followed.remove(blob);
    }

    @Override
    public void close() {}
}
