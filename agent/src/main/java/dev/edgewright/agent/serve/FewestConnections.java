package dev.edgewright.agent.serve;

import io.netty.channel.SingleThreadIoEventLoop;
import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.EventExecutorChooserFactory;

/** Gives a new connection to the thread that has the fewest, so that callers share a thread only when there are more of them than threads. */
final class FewestConnections {
    static final EventExecutorChooserFactory FACTORY = executors -> () -> fewest(executors);

    private FewestConnections() {}

    private static EventExecutor fewest(EventExecutor[] executors) {
        EventExecutor best = executors[0];
        int least = Integer.MAX_VALUE;
        for (EventExecutor executor : executors) {
            int registered = ((SingleThreadIoEventLoop) executor).registeredChannels();
            if (registered < least) {
                best = executor;
                least = registered;
            }
        }
        return best;
    }
}
