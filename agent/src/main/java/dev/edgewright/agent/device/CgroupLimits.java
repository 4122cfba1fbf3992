package dev.edgewright.agent.device;

import java.nio.file.Path;
import java.util.Optional;

/**
 * What the control groups around this process allow: the tightest of its own and all groups above it, version 2 and version 1.
 *
 * @param memoryBytes {@code Long.MAX_VALUE} for no limit
 * @param cpus fractions of processors a second may use; {@code Double.POSITIVE_INFINITY} for no limit
 */
record CgroupLimits(long memoryBytes, double cpus) {
    /** Version 1 writes "no limit" as the largest page-aligned number. */
    private static final long V1_UNLIMITED = 1L << 60;

    static CgroupLimits read(FileRoots roots) {
        Path mount = roots.sys().resolve("fs/cgroup");
        String own = FileRoots.text(roots.proc().resolve("self/cgroup")).orElse("");
        CgroupLimits limits = new CgroupLimits(Long.MAX_VALUE, Double.POSITIVE_INFINITY);
        for (String line : own.split("\n")) {
            String[] parts = line.split(":", 3);
            if (parts.length < 3) {
                continue;
            }
            if (parts[1].isEmpty()) {
                limits = limits.within(mount, parts[2]);
            } else if (parts[1].equals("memory")) {
                limits = limits.within(mount.resolve("memory"), parts[2]);
            } else if (parts[1].contains("cpu") && !parts[1].equals("cpuset")) {
                limits = limits.within(mount.resolve(parts[1]), parts[2]);
            }
        }
        return limits.tightest(mount);
    }

    private CgroupLimits within(Path mount, String path) {
        CgroupLimits limits = this;
        Path group = mount.resolve(path.replaceFirst("^/+", "")).normalize();
        while (group != null && group.startsWith(mount)) {
            limits = limits.tightest(group);
            group = group.getParent();
        }
        return limits;
    }

    private CgroupLimits tightest(Path group) {
        long memory = FileRoots.number(group.resolve("memory.max"))
                .or(() ->
                        FileRoots.number(group.resolve("memory.limit_in_bytes")).filter(l -> l < V1_UNLIMITED))
                .orElse(Long.MAX_VALUE);
        return new CgroupLimits(Math.min(memoryBytes, memory), Math.min(cpus, cpus(group)));
    }

    private static double cpus(Path group) {
        Optional<String> max = FileRoots.text(group.resolve("cpu.max"));
        if (max.isPresent()) {
            String[] words = max.get().split("\\s+");
            return words.length == 2 && !words[0].equals("max") ? ratio(words[0], words[1]) : Double.POSITIVE_INFINITY;
        }
        Optional<Long> quota =
                FileRoots.number(group.resolve("cpu.cfs_quota_us")).filter(q -> q > 0);
        Optional<Long> period =
                FileRoots.number(group.resolve("cpu.cfs_period_us")).filter(p -> p > 0);
        return quota.isPresent() && period.isPresent() ? (double) quota.get() / period.get() : Double.POSITIVE_INFINITY;
    }

    private static double ratio(String quota, String period) {
        try {
            return Double.parseDouble(quota) / Double.parseDouble(period);
        } catch (NumberFormatException e) {
            return Double.POSITIVE_INFINITY;
        }
    }
}
