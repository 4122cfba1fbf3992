package dev.edgewright.agent.device;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.edgewright.common.protocol.v1.DeviceFacts;
import dev.edgewright.common.protocol.v1.PowerSource;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DeviceFactsReaderTest {
    @TempDir
    Path data;

    @ParameterizedTest(name = "{0}")
    @CsvSource(
            delimiter = '|',
            value = {
                "raspberry-pi-4|aarch64|4|Raspberry Pi 4 Model B Rev 1.4 (Cortex-A72)|neon",
                "raspberry-pi-5|aarch64|4|Raspberry Pi 5 Model B Rev 1.0 (Cortex-A76)|dotprod fp16 neon",
                "jetson-orin|aarch64|6|NVIDIA Jetson Orin Nano Developer Kit (Cortex-A78AE)|dotprod fp16 neon",
                "rk3588|aarch64|8|Radxa ROCK 5B (Cortex-A55 + Cortex-A76)|dotprod fp16 neon",
                "neoverse-v1|aarch64|2|Neoverse-V1|bf16 dotprod fp16 i8mm neon sve",
                "intel-haswell|x86_64|8|Intel(R) Core(TM) i7-4770 CPU @ 3.40GHz|avx2 f16c fma",
                "amd-zen4|x86_64|16|AMD Ryzen 7 7700 8-Core Processor|avx2 avx512_vnni avx512bw avx512f bf16 f16c fma",
                "intel-alder-lake-n|x86_64|4|Intel(R) N100|avx2 avx_vnni f16c fma",
                "intel-sapphire-rapids|x86_64|4|Intel(R) Xeon(R) Platinum 8488C|amx_bf16 amx_int8 amx_tile avx2 avx512_vnni avx512bw avx512f avx_vnni bf16 f16c fma fp16",
            })
    void aRecordedMachineIsRecognised(String machine, String arch, int cores, String model, String isa) {
        DeviceFacts facts = read(machine, DeviceProfile.NONE);

        assertThat(facts.getArch()).isEqualTo(arch);
        assertThat(facts.getCores()).isEqualTo(cores);
        assertThat(facts.getCpuModel()).isEqualTo(model);
        assertThat(String.join(" ", facts.getIsaList())).isEqualTo(isa);
    }

    @Test
    void bigAndLittleCoresCountOnlyWhatBothCan(@TempDir Path copy) {
        RecordedMachine.write(
                copy,
                "proc/cpuinfo",
                "processor\t: 0\nFeatures\t: fp asimd asimddp i8mm\nCPU implementer\t: 0x41\nCPU architecture: 8\nCPU part\t: 0xd47\n\n"
                        + "processor\t: 1\nFeatures\t: fp asimd asimddp\nCPU implementer\t: 0x41\nCPU architecture: 8\nCPU part\t: 0xd46\n\n");

        assertThat(reader(new FileRoots(copy), DeviceProfile.NONE)
                        .read(List.of(), "1")
                        .getIsaList())
                .containsExactly("dotprod", "neon");
    }

    @Test
    void memoryKernelAndPowerAreRead() {
        DeviceFacts pi = read("raspberry-pi-4", DeviceProfile.NONE);
        assertThat(pi.getRamBytes()).isEqualTo(3884360L * 1024);
        assertThat(pi.getOs()).isEqualTo("Linux 6.6.51+rpt-rpi-v8");
        assertThat(pi.getPower()).isEqualTo(PowerSource.POWER_SOURCE_MAINS);
        assertThat(pi.getDiskFreeBytes()).isPositive();
        assertThat(pi.getOnnxruntimeVersion()).startsWith("1.");
        assertThat(pi.getExecutionProvidersList()).contains("CPUExecutionProvider");

        DeviceFacts notebook = read("intel-alder-lake-n", DeviceProfile.NONE);
        assertThat(notebook.getPower()).isEqualTo(PowerSource.POWER_SOURCE_BATTERY);
        assertThat(notebook.getBatteryPercent()).as("not the mouse's 20 %").isEqualTo(73);
    }

    @Test
    void theTightestControlGroupCounts() {
        DeviceFacts v2 = read("container", DeviceProfile.NONE);
        assertThat(v2.getRamBytes()).isEqualTo(512L << 20);
        assertThat(v2.getCores()).isEqualTo(2);

        DeviceFacts v1 = read("container-v1", DeviceProfile.NONE);
        assertThat(v1.getRamBytes()).isEqualTo(256L << 20);
        assertThat(v1.getCores()).isEqualTo(1);
    }

    @Test
    void aProfileLimitsAndMasksAndItsLabelsSaySo() {
        DeviceProfile profile = new DeviceProfile(2, 1024, new TreeSet<>(Set.of("avx512_vnni")));

        DeviceFacts facts = read("amd-zen4", profile);

        assertThat(facts.getCores()).isEqualTo(2);
        assertThat(facts.getIntraOpThreads()).isEqualTo(2);
        assertThat(facts.getRamBytes()).isEqualTo(1L << 30);
        assertThat(facts.getIsaList()).contains("avx512f").doesNotContain("avx512_vnni");
        assertThat(profile.labels())
                .containsEntry("profile.masked_isa", "avx512_vnni")
                .containsEntry("profile.threads", "2")
                .containsEntry("profile.memory_mb", "1024");
        assertThat(Fingerprint.of(facts)).isNotEqualTo(Fingerprint.of(read("amd-zen4", DeviceProfile.NONE)));
    }

    @Test
    void aProfileCannotEnlargeAMachine() {
        DeviceFacts facts = read("raspberry-pi-4", new DeviceProfile(64, 1 << 20, new TreeSet<>()));

        assertThat(facts.getCores()).isEqualTo(4);
        assertThat(facts.getRamBytes()).isEqualTo(3884360L * 1024);
    }

    @Test
    void anUnknownInstructionSetInAProfileIsNamed() {
        assertThatThrownBy(() -> new DeviceProfile(0, 0, new TreeSet<>(Set.of("avx1024"))))
                .hasMessageContaining("avx1024")
                .hasMessageContaining("avx512_vnni");
    }

    @Test
    void whatNoFileSaysIsAskedOfTheSystem(@TempDir Path empty) {
        DeviceFacts facts = reader(new FileRoots(empty), DeviceProfile.NONE).read(List.of("estimated"), "7");

        assertThat(facts.getArch()).isEqualTo("x86_64");
        assertThat(facts.getOs()).isEqualTo("TestOS 1");
        assertThat(facts.getCpuModel()).isEqualTo("Test CPU");
        assertThat(facts.getCores()).isEqualTo(3);
        assertThat(facts.getRamBytes()).isEqualTo(42);
        assertThat(facts.getEnergySensorsList()).containsExactly("estimated");
        assertThat(facts.getAgentVersion()).isEqualTo("7");
    }

    @Test
    void thisMachineCanBeRead() {
        DeviceFacts facts = new DeviceFactsReader(FileRoots.LIVE, data, DeviceProfile.NONE).read(List.of(), "1");

        assertThat(facts.getArch()).isIn("x86_64", "aarch64");
        assertThat(facts.getCpuModel()).isNotBlank();
        assertThat(facts.getCores()).isPositive();
        assertThat(facts.getRamBytes()).isGreaterThan(64 << 20);
    }

    @Test
    void oshiAnswersWhatTheFilesLeaveOpen() {
        OshiMachine machine = new OshiMachine();

        assertThat(machine.cpuModel()).isNotNull();
        assertThat(machine.logicalCpus()).isPositive();
        assertThat(machine.memoryBytes()).isPositive();
        assertThat(machine.os()).isNotBlank();
    }

    @Test
    void requirementsWithAlternativesAreMetByEither() {
        assertThat(InstructionSets.missing(List.of("avx512_vnni|dotprod", "avx2"), Set.of("dotprod", "neon")))
                .containsExactly("avx2");
    }

    @Test
    void theFingerprintIgnoresWhatChangesWithoutTheHardware() {
        DeviceFacts facts = read("raspberry-pi-5", DeviceProfile.NONE);

        assertThat(Fingerprint.of(facts.toBuilder()
                        .setDiskFreeBytes(1)
                        .setBatteryPercent(5)
                        .build()))
                .isEqualTo(Fingerprint.of(facts))
                .hasSize(16);
        assertThat(Fingerprint.of(
                        facts.toBuilder().setOnnxruntimeVersion("1.30.0").build()))
                .isNotEqualTo(Fingerprint.of(facts));
    }

    private DeviceFacts read(String machine, DeviceProfile profile) {
        return reader(RecordedMachine.named(machine), profile).read(List.of(), "1");
    }

    private DeviceFactsReader reader(FileRoots roots, DeviceProfile profile) {
        return new DeviceFactsReader(roots, data, profile, new TestMachine());
    }

    private static final class TestMachine implements Machine {
        @Override
        public String arch() {
            return "amd64";
        }

        @Override
        public String os() {
            return "TestOS 1";
        }

        @Override
        public String cpuModel() {
            return "Test CPU";
        }

        @Override
        public int logicalCpus() {
            return 3;
        }

        @Override
        public int usableCpus() {
            return 3;
        }

        @Override
        public long memoryBytes() {
            return 42;
        }
    }
}
