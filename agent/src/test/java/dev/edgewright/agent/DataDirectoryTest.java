package dev.edgewright.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.edgewright.agent.slot.LocalDisk;
import dev.edgewright.common.id.DeviceId;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DataDirectoryTest {

    @TempDir
    Path folder;

    @Test
    void twoAgentsCannotShareAFolder() {
        try (DataDirectory first = open()) {
            assertThat(first.path()).isEqualTo(folder);
            assertThatThrownBy(this::open).hasMessageContaining("another agent runs on");
        }
        open().close();
    }

    @Test
    void aNameIsMadeUpOnceAndKept() {
        DeviceId made;
        try (DataDirectory data = open()) {
            made = data.identity(Optional.empty(), new Random(1));
        }
        try (DataDirectory data = open()) {
            assertThat(data.identity(Optional.empty(), new Random(2))).isEqualTo(made);
        }
    }

    @Test
    void aFolderBelongsToOneDevice() {
        try (DataDirectory data = open()) {
            data.identity(Optional.of("cam-1"), new Random(1));
            assertThatThrownBy(() -> data.identity(Optional.of("cam-2"), new Random(1)))
                    .hasMessageContaining("belongs to device cam-1");
        }
    }

    private DataDirectory open() {
        return DataDirectory.open(folder, new LocalDisk());
    }
}
