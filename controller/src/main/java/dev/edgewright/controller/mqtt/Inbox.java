package dev.edgewright.controller.mqtt;

import dev.edgewright.common.protocol.TopicMatch;
import dev.edgewright.common.protocol.Topics;
import dev.edgewright.controller.edge.DeviceIntake;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Handles what devices publish on one thread of its own, in the order of arrival. Bounded: when it is full, the client's
 * callback waits, the socket is not read, and the broker keeps what comes; nothing is dropped here.
 */
final class Inbox implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Inbox.class);

    /** @param handled run when the message was handled, to acknowledge it */
    record Letter(String topic, byte[] payload, Runnable handled) {}

    private final BlockingQueue<Letter> letters;
    private final DeviceIntake intake;
    private final Thread thread;
    private volatile boolean closed;

    Inbox(int capacity, DeviceIntake intake) {
        this.letters = new ArrayBlockingQueue<>(capacity);
        this.intake = intake;
        this.thread = new Thread(this::run, "mqtt-inbox");
        this.thread.setDaemon(true);
        this.thread.start();
    }

    /** Waits while the inbox is full. */
    void put(Letter letter) throws InterruptedException {
        while (!closed && !letters.offer(letter, 1, TimeUnit.SECONDS)) {
            LOG.atDebug().addKeyValue("waiting", letters.size()).log("inbox is full");
        }
    }

    int size() {
        return letters.size();
    }

    private void run() {
        while (!closed) {
            try {
                var letter = letters.take();
                handle(letter);
                letter.handled().run();
            } catch (InterruptedException e) {
                return; // closed
            } catch (RuntimeException e) {
                LOG.atError().setCause(e).log("a message was lost to a fault of the controller");
            }
        }
    }

    private void handle(Letter letter) {
        if (letter.payload().length == 0) {
            return; // a retained message was cleared
        }
        if (Topics.parse(letter.topic()) instanceof TopicMatch.Device match) {
            intake.take(match.kind(), match.device(), letter.payload());
        } else {
            intake.unknown();
        }
    }

    @Override
    public void close() {
        closed = true;
        thread.interrupt();
    }
}
