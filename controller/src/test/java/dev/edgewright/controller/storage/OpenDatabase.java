package dev.edgewright.controller.storage;

import dev.edgewright.common.id.DeviceId;
import java.time.Instant;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** A database that is open and empty before each test of a contract. */
interface OpenDatabase {

    Instant NOW = Instant.parse("2026-03-02T10:00:00.123Z");
    DeviceId CAM = DeviceId.of("cam-1");

    Database database();

    void open();

    void shut();

    @BeforeEach
    default void before() {
        open();
    }

    @AfterEach
    default void after() {
        shut();
    }
}
