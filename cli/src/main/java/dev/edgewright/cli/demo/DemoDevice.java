package dev.edgewright.cli.demo;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * One agent of the demo and the hardware that it is made to look like.
 *
 * @param id its device id
 * @param threads threads of one inference
 * @param memoryMb resident memory that it may reach; 0 for all there is
 * @param hiddenIsa instruction sets that it does not report
 * @param words what it stands for
 */
record DemoDevice(String id, int threads, int memoryMb, List<String> hiddenIsa, String words) {

    /** Three devices that differ in what decides the choice: threads, memory and instruction sets. */
    static final List<DemoDevice> ALL = List.of(
            new DemoDevice("gateway-vnni", 2, 0, List.of(), "a gateway: 2 threads, every instruction set of this CPU"),
            new DemoDevice(
                    "pi-like",
                    1,
                    1024,
                    List.of("avx512_vnni", "avx_vnni", "amx_int8", "amx_tile"),
                    "a small board: 1 thread, 1 GB, no int8 dot products"),
            new DemoDevice(
                    "battery-board",
                    1,
                    320,
                    List.of("avx512_vnni", "avx_vnni", "amx_int8", "amx_tile", "avx512f"),
                    "a sensor: 1 thread, 320 MB"));

    /** The arguments of {@code edgewright} that start it. */
    List<String> arguments(String broker, Path folder, Path trust) {
        List<String> arguments = new ArrayList<>(List.of(
                "agent",
                "--id",
                id,
                "--broker",
                broker,
                "--data",
                folder.toString(),
                "--trust",
                trust.toString(),
                "--serve",
                "127.0.0.1:0",
                "--threads",
                String.valueOf(threads),
                "--telemetry-interval",
                "1s",
                "--label",
                "demo=yes"));
        if (memoryMb > 0) {
            arguments.addAll(List.of("--memory-mb", String.valueOf(memoryMb)));
        }
        hiddenIsa.forEach(isa -> arguments.addAll(List.of("--disable-isa", isa)));
        arguments.add("--until-stdin-closes");
        return arguments;
    }
}
