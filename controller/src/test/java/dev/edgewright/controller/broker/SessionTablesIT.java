package dev.edgewright.controller.broker;

import static org.assertj.core.api.Assertions.assertThat;

import com.hivemq.configuration.service.InternalConfigurations;
import com.hivemq.persistence.clientsession.ClientSession;
import com.hivemq.persistence.local.xodus.bucket.BucketUtils;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SessionTablesIT {
    private static final int OTHERS = 200_000;

    @TempDir
    Path folder;

    @Test
    void a_session_is_found_while_others_are_made_beside_it() throws Exception {
        try (var broker = EmbeddedBroker.start(
                new BrokerAddress.Embedded("127.0.0.1", 0), folder, BrokerLimits.DEFAULT, new SecureRandom())) {
            var sessions = SessionTables.sessions(broker.library());
            int bucket = BucketUtils.getBucket("watched", InternalConfigurations.PERSISTENCE_BUCKET_COUNT.get());
            sessions.put("watched", new ClientSession(true, 60), 1, bucket);
            var looking = new CountDownLatch(1);
            var filled = new AtomicBoolean();
            var missed = CompletableFuture.supplyAsync(
                    () -> {
                        long count = 0;
                        looking.countDown();
                        while (!filled.get()) {
                            count += sessions.getSession("watched") == null ? 1 : 0;
                        }
                        return count;
                    },
                    task -> new Thread(task, "router").start());
            looking.await();
            for (int i = 0; i < OTHERS; i++) {
                sessions.put("other-" + i, new ClientSession(true, 60), 1, bucket);
            }
            filled.set(true);
            assertThat(missed.join())
                    .as("looks that did not find a session that was there all the time")
                    .isZero();
        }
    }
}
