package dev.edgewright.cli.chaos;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** Passes TCP connections on to a port, until it is told to cut them; a cut may last. */
final class CutProxy implements AutoCloseable {

    private final ServerSocket server;
    private final int target;
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();
    private final ExecutorService threads = Executors.newCachedThreadPool(task -> {
        Thread made = new Thread(task, "proxy");
        made.setDaemon(true);
        return made;
    });
    private volatile boolean down;

    CutProxy(int target) {
        this.target = target;
        try {
            this.server = new ServerSocket(0, 200, InetAddress.getLoopbackAddress());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        threads.execute(this::accept);
    }

    URI uri() {
        return URI.create("tcp://127.0.0.1:" + server.getLocalPort());
    }

    /** Breaks every connection, in the middle of whatever it carries, and takes no new one until {@link #mend}. */
    void cut() {
        down = true;
        breakAll();
    }

    void mend() {
        down = false;
    }

    private void breakAll() {
        open.forEach(CutProxy::close);
        open.clear();
    }

    private void accept() {
        while (!server.isClosed()) {
            try {
                Socket inner = server.accept();
                if (down) {
                    close(inner);
                } else {
                    threads.execute(() -> join(inner));
                }
            } catch (IOException e) {
                return; // closed
            }
        }
    }

    private void join(Socket inner) {
        try {
            Socket outer = new Socket(InetAddress.getLoopbackAddress(), target);
            inner.setTcpNoDelay(true);
            outer.setTcpNoDelay(true);
            open.add(inner);
            open.add(outer);
            if (down) {
                breakAll();
            }
            threads.execute(() -> pump(inner, outer));
            pump(outer, inner);
        } catch (IOException e) {
            close(inner);
        }
    }

    private void pump(Socket from, Socket to) {
        try {
            from.getInputStream().transferTo(to.getOutputStream());
        } catch (IOException e) {
            // cut, or ended by one side
        } finally {
            close(from);
            close(to);
            open.remove(from);
            open.remove(to);
        }
    }

    private static void close(Socket socket) {
        try {
            socket.close();
        } catch (IOException e) {
            // it is gone all the same
        }
    }

    @Override
    public void close() {
        try {
            server.close();
        } catch (IOException e) {
            // it is gone all the same
        }
        cut();
        threads.shutdownNow();
    }
}
