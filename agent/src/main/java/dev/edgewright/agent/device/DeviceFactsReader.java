package dev.edgewright.agent.device;

import dev.edgewright.agent.inference.OrtRuntime;
import dev.edgewright.common.protocol.Limits;
import dev.edgewright.common.protocol.v1.DeviceFacts;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gathers the facts of this device: the kernel's files first, the system's own answers where those are silent, then the profile's limits.
 */
public final class DeviceFactsReader {
    private static final Logger LOG = LoggerFactory.getLogger(DeviceFactsReader.class);

    private final FileRoots roots;
    private final Path dataDir;
    private final DeviceProfile profile;
    private final Machine machine;

    /** @param dataDir where models are kept; its free space is reported */
    public DeviceFactsReader(FileRoots roots, Path dataDir, DeviceProfile profile) {
        this(roots, dataDir, profile, new OshiMachine());
    }

    DeviceFactsReader(FileRoots roots, Path dataDir, DeviceProfile profile, Machine machine) {
        this.roots = roots;
        this.dataDir = dataDir;
        this.profile = profile;
        this.machine = machine;
    }

    /**
     * Reads everything anew.
     *
     * @param energySensors names of what can measure energy here, from {@code power}
     */
    public DeviceFacts read(List<String> energySensors, String agentVersion) {
        CpuInfo cpu =
                CpuInfo.parse(FileRoots.text(roots.proc().resolve("cpuinfo")).orElse(""));
        CgroupLimits limits = CgroupLimits.read(roots);
        PowerSupplies power = PowerSupplies.read(roots);
        int cores = cores(cpu, limits);
        DeviceFacts.Builder facts = DeviceFacts.newBuilder()
                .setArch(cpu.arch().isEmpty() ? normalArch() : cpu.arch())
                .setOs(shortened(os()))
                .setCpuModel(shortened(model(cpu)))
                .setCores(cores)
                .setRamBytes(memory(limits))
                .setDiskFreeBytes(diskFree())
                .addAllIsa(reported(cpu))
                .setPower(power.source())
                .addAllEnergySensors(energySensors)
                .setOnnxruntimeVersion(OrtRuntime.version())
                .addAllExecutionProviders(OrtRuntime.providers())
                .setAgentVersion(agentVersion)
                .setIntraOpThreads(cores)
                .setBatteryPercent(power.percent());
        return facts.build();
    }

    private SortedSet<String> reported(CpuInfo cpu) {
        SortedSet<String> isa = new TreeSet<>(cpu.isa());
        isa.removeAll(profile.maskedIsa());
        return isa;
    }

    private int cores(CpuInfo cpu, CgroupLimits limits) {
        int present = cpu.cpus() > 0 ? cpu.cpus() : machine.logicalCpus();
        if (roots.live()) {
            present = Math.min(present, machine.usableCpus());
        }
        int allowed = (int) Math.max(1, Math.min(present, Math.floor(limits.cpus())));
        return profile.threads() == 0 ? allowed : Math.min(profile.threads(), allowed);
    }

    private long memory(CgroupLimits limits) {
        long total = totalMemory();
        long allowed = Math.min(total, limits.memoryBytes());
        return profile.memoryMb() == 0 ? allowed : Math.min(allowed, (long) profile.memoryMb() << 20);
    }

    private long totalMemory() {
        return FileRoots.text(roots.proc().resolve("meminfo")).stream()
                .flatMap(String::lines)
                .filter(l -> l.startsWith("MemTotal:"))
                .map(l -> Long.parseLong(l.replaceAll("\\D", "")) * 1024)
                .findFirst()
                .orElseGet(machine::memoryBytes);
    }

    private String model(CpuInfo cpu) {
        Optional<String> board = FileRoots.text(roots.proc().resolve("device-tree/model"));
        if (board.isPresent() && !cpu.model().startsWith(board.get())) {
            return cpu.model().isEmpty() ? board.get() : board.get() + " (" + cpu.model() + ")";
        }
        return cpu.model().isEmpty() ? machine.cpuModel() : cpu.model();
    }

    /** As long as the protocol takes. */
    private static String shortened(String text) {
        return text.length() <= Limits.TEXT ? text : text.substring(0, Limits.TEXT);
    }

    private String os() {
        return FileRoots.text(roots.proc().resolve("sys/kernel/osrelease"))
                .map(release -> "Linux " + release)
                .orElseGet(machine::os);
    }

    private String normalArch() {
        String arch = machine.arch();
        return arch.equals("amd64") ? "x86_64" : arch;
    }

    private long diskFree() {
        try {
            return Files.getFileStore(dataDir).getUsableSpace();
        } catch (IOException e) {
            LOG.atWarn().setCause(e).addKeyValue("dir", dataDir).log("free disk space unknown");
            return 0;
        }
    }
}
