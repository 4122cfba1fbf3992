package dev.edgewright.cli.serve;

import dev.edgewright.cli.remote.CliFailure;
import dev.edgewright.cli.remote.CliFailure.Exit;
import dev.edgewright.common.error.EdgewrightException;
import java.io.IOException;
import java.io.InputStream;
import java.util.concurrent.CountDownLatch;
import java.util.function.Supplier;

/** Runs a server until SIGTERM or Ctrl-C, or until standard input closes where that was asked for. */
final class Lifetime {
    private Lifetime() {}

    /** Starts it, waits, and closes it. A setting that is wrong is a usage error. */
    static int run(Supplier<? extends AutoCloseable> start, boolean untilStdinCloses) {
        AutoCloseable server;
        try {
            server = start.get();
        } catch (EdgewrightException e) {
            boolean caller = e.kind() == EdgewrightException.Kind.CALLER;
            throw new CliFailure(caller ? Exit.USAGE : Exit.FAILED, e.getMessage(), "");
        }
        CountDownLatch end = new CountDownLatch(1);
        CountDownLatch closed = new CountDownLatch(1);
        Runtime.getRuntime()
                .addShutdownHook(new Thread(
                        () -> {
                            end.countDown();
                            await(closed);
                        },
                        "shutdown"));
        if (untilStdinCloses) {
            Thread watch = new Thread(() -> drain(System.in, end), "stdin");
            watch.setDaemon(true);
            watch.start();
        }
        await(end);
        try {
            server.close();
        } catch (Exception e) {
            throw new CliFailure(Exit.FAILED, "did not end cleanly: " + e.getMessage(), "");
        } finally {
            closed.countDown();
        }
        return 0;
    }

    private static void drain(InputStream in, CountDownLatch end) {
        try {
            in.transferTo(java.io.OutputStream.nullOutputStream());
        } catch (IOException e) {
            // a broken pipe is an end, too
        }
        end.countDown();
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
