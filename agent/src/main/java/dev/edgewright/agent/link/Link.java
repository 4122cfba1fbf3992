package dev.edgewright.agent.link;

import dev.edgewright.common.id.Digest;
import dev.edgewright.common.protocol.v1.Hello;
import dev.edgewright.common.protocol.v1.Reported;
import dev.edgewright.common.protocol.v1.TelemetryWindow;
import dev.edgewright.common.protocol.v1.TrialReport;
import dev.edgewright.common.protocol.v1.Want;

/**
 * A connection that comes and goes by itself.
 *
 * <p>No method blocks or throws for the network's sake. What is sent while there is no connection is kept as far as it
 * still means something: the newest hello, the newest report, the newest want of each blob, the last telemetry windows.
 * All methods may be called from any thread. A link retries for ever with exponential back-off and full jitter.
 */
public interface Link extends AutoCloseable {

    /** Begins to connect; call once. */
    void start(LinkListener listener);

    boolean connected();

    void hello(Hello hello);

    void reported(Reported reported);

    void telemetry(TelemetryWindow window);

    /** What came of trials. Dropped where the other side carries no trials: none can have been asked for. */
    void trialed(TrialReport report);

    void want(Want want);

    /** From now on chunks of this blob are wanted; {@link LinkListener#chunk} may also bring those that others asked for. */
    void follow(Digest blob);

    void unfollow(Digest blob);

    /** Says goodbye where that is possible, waits a few seconds at most. */
    @Override
    void close();
}
