package dev.edgewright.simulator.device;

import com.google.protobuf.ByteString;
import dev.edgewright.common.id.Digest;
import dev.edgewright.common.protocol.Codec;
import dev.edgewright.common.protocol.MessageKind;
import dev.edgewright.common.protocol.Topics;
import dev.edgewright.common.protocol.v1.File;
import dev.edgewright.common.protocol.v1.Manifest;
import dev.edgewright.simulator.profile.Fault;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Set;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;

/**
 * The files of one manifest on their way, one after the other: subscribes, asks by windows, asks again after silence (2 s, doubling to 30 s,
 * with jitter). A slow link is kept by not asking, and not being done, before the link has carried what came.
 */
final class Fetch {

    private static final long FIRST_SILENCE_MS = 2_000;
    private static final long LONGEST_SILENCE_MS = 30_000;

    private final Blueprint blueprint;
    private final Consumer<Action> out;
    private final RandomGenerator random;
    private final Set<ByteString> held;
    private final Checks checks;
    private final Deque<File> pending = new ArrayDeque<>();
    private final long total;
    private final int window;
    private Download download;
    private long done;
    private long reused;
    private int arrived;
    private long silenceMs = FIRST_SILENCE_MS;
    private long askAtMs;
    private long linkFreeAtMs;
    private boolean contradicted;

    Fetch(
            Blueprint blueprint,
            Manifest manifest,
            Set<ByteString> held,
            Checks checks,
            RandomGenerator random,
            long nowMs,
            Consumer<Action> out) {
        this.blueprint = blueprint;
        this.out = out;
        this.random = random;
        this.held = held;
        this.checks = checks;
        this.window = blueprint.window();
        this.linkFreeAtMs = nowMs;
        pending.add(manifest.getGraph());
        if (manifest.hasGolden()) {
            pending.add(manifest.getGolden());
        }
        this.total = pending.stream().mapToLong(File::getSize).sum();
        nextFile(nowMs);
    }

    /** Whether everything is here, and the link has carried it. */
    boolean complete(long nowMs) {
        return download == null && nowMs >= linkFreeAtMs;
    }

    /** Whether a file cannot be what its manifest says. */
    boolean contradicted() {
        return contradicted;
    }

    long total() {
        return total;
    }

    long done() {
        return done + (download == null ? 0 : download.done());
    }

    long reused() {
        return reused + (download == null ? 0 : download.reused());
    }

    /** When {@link #tick} has something to do, unix milliseconds. */
    long wakeAtMs() {
        return download == null ? linkFreeAtMs : Math.max(askAtMs, linkFreeAtMs);
    }

    /** True where the frame was one that was missing. */
    boolean take(Digest blob, int chunk, byte[] frame, long nowMs) {
        if (download == null) {
            return false;
        }
        Digest waitedFor = download.blob();
        Download.Taken taken = download.take(blob, chunk, frame);
        if (taken == Download.Taken.NOT_OURS || taken == Download.Taken.CORRUPT) {
            return false;
        }
        if (slow()) {
            double kilobytesPerSecond = blueprint.faults().slowLink().kilobytesPerSecond();
            linkFreeAtMs = Math.max(nowMs, linkFreeAtMs) + (long) Math.ceil(frame.length / kilobytesPerSecond);
        }
        silenceMs = FIRST_SILENCE_MS;
        arrived++;
        switch (taken) {
            case INDEX -> {
                out.accept(new Action.Unsubscribe(Topics.blob(waitedFor)));
                out.accept(new Action.Subscribe(Topics.blob(download.blob())));
                askAtMs = nowMs;
            }
            case COMPLETE -> {
                out.accept(new Action.Unsubscribe(Topics.blob(waitedFor)));
                done += download.done();
                reused += download.reused();
                nextFile(nowMs);
            }
            case CONTRADICTION -> {
                contradicted = true;
                stop();
            }
            default -> askAtMs = 2 * arrived >= window ? nowMs : nowMs + silence();
        }
        tick(nowMs);
        return true;
    }

    /** Asks where it is time to. */
    void tick(long nowMs) {
        if (download != null && nowMs >= wakeAtMs()) {
            out.accept(new Action.Publish(
                    Topics.want(blueprint.id()),
                    Codec.encode(MessageKind.WANT, download.want(blueprint.id(), window), blueprint.id()),
                    1,
                    false));
            arrived = 0;
            askAtMs = nowMs + silence();
            silenceMs = Math.min(2 * silenceMs, LONGEST_SILENCE_MS);
        }
    }

    /** Subscribes again and asks at once: the connection is a new one. */
    void reconnected(long nowMs) {
        if (download != null) {
            out.accept(new Action.Subscribe(Topics.blob(download.blob())));
            silenceMs = FIRST_SILENCE_MS;
            askAtMs = nowMs;
            tick(nowMs);
        }
    }

    /** Gives up. */
    void stop() {
        if (download != null) {
            download.abandon();
            out.accept(new Action.Unsubscribe(Topics.blob(download.blob())));
            done += download.done();
            download = null;
        }
        pending.clear();
    }

    private void nextFile(long nowMs) {
        File file = pending.poll();
        download = file == null ? null : new Download(file, held, checks);
        if (download != null) {
            out.accept(new Action.Subscribe(Topics.blob(download.blob())));
            askAtMs = nowMs;
            tick(nowMs);
        }
    }

    private long silence() {
        return (long) (silenceMs * (0.8 + 0.4 * random.nextDouble()));
    }

    private boolean slow() {
        return blueprint.fault() == Fault.SLOW_LINK;
    }
}
