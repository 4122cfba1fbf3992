package dev.edgewright.benchmarks.selection;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * One way in which this machine stands for another device.
 *
 * @param threads of inference
 * @param session options of ONNX Runtime under which every variant runs there, such as another way to run quantised graphs
 * @param maskedIsa instruction sets that it does not report
 * @param memoryMb that it may use; 0 for all
 * @param cpuShare of one processor by quota (control group); empty for no quota
 * @param busyNeighbour whether another process keeps its processor busy
 * @param pinned processors that it is bound to; empty for all
 */
record DeviceKind(
        String name,
        int threads,
        Map<String, String> session,
        List<String> maskedIsa,
        int memoryMb,
        Optional<Double> cpuShare,
        boolean busyNeighbour,
        Optional<String> pinned) {

    static DeviceKind of(String name, int threads) {
        return new DeviceKind(name, threads, Map.of(), List.of(), 0, Optional.empty(), false, Optional.empty());
    }

    DeviceKind with(Map<String, String> options) {
        return new DeviceKind(name, threads, options, maskedIsa, memoryMb, cpuShare, busyNeighbour, pinned);
    }

    DeviceKind without(String... isa) {
        return new DeviceKind(name, threads, session, List.of(isa), memoryMb, cpuShare, busyNeighbour, pinned);
    }

    DeviceKind quota(double share) {
        return new DeviceKind(name, threads, session, maskedIsa, memoryMb, Optional.of(share), busyNeighbour, pinned);
    }

    DeviceKind memory(int mb) {
        return new DeviceKind(name, threads, session, maskedIsa, mb, cpuShare, busyNeighbour, pinned);
    }

    DeviceKind busy() {
        return new DeviceKind(name, threads, session, maskedIsa, memoryMb, cpuShare, true, Optional.of("0"));
    }

    /** The devices of the evaluation. */
    static List<DeviceKind> all() {
        return List.of(
                of("one-thread", 1),
                of("two-threads", 2),
                of("busy-core", 1).busy(),
                of("half-a-core", 1).quota(0.5),
                of("no-packing", 1).with(Map.of("session.disable_prepacking", "1")),
                of("no-fused-int8", 1).with(Map.of("session.disable_quant_qdq", "1")),
                of("two-threads-no-fused-int8", 2).with(Map.of("session.disable_quant_qdq", "1")),
                of("no-vnni", 1).without("avx512_vnni", "avx_vnni"),
                of("small-memory", 2).memory(24));
    }
}
