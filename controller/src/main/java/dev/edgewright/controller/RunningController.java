package dev.edgewright.controller;

import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A controller that runs. Closing it stops its parts in the reverse order of their start; a second time does nothing. */
public final class RunningController implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(RunningController.class);

    /** A part that was started. */
    record Part(String name, AutoCloseable stop) {}

    private final URI http;
    private final URI broker;
    private final Optional<URI> coap;
    private final Path trust;
    private final Deque<Part> parts;

    RunningController(URI http, URI broker, Optional<URI> coap, Path trust, Deque<Part> parts) {
        this.http = http;
        this.broker = broker;
        this.coap = coap;
        this.trust = trust;
        this.parts = parts;
    }

    /** {@code http://host:port} of the REST interface and the console. */
    public URI http() {
        return http;
    }

    /** What agents connect to. */
    public URI broker() {
        return broker;
    }

    public Optional<URI> coap() {
        return coap;
    }

    /** Folder with the public keys that agents are to trust. */
    public Path trust() {
        return trust;
    }

    @Override
    public synchronized void close() {
        stop(parts);
    }

    /** Stops the part that was started last first; one that fails holds none of the others up. */
    static void stop(Deque<Part> parts) {
        while (!parts.isEmpty()) {
            var part = parts.pop();
            try {
                part.stop().close();
            } catch (Exception e) {
                LOG.atWarn().addKeyValue("part", part.name()).setCause(e).log("did not stop cleanly");
            }
        }
    }

    static Deque<Part> none() {
        return new ArrayDeque<>();
    }
}
