package dev.edgewright.benchmarks.training;

import dev.edgewright.compression.graph.onnx.OnnxFile;
import dev.edgewright.training.architecture.Architectures;
import dev.edgewright.training.child.TrainingChild;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Milliseconds of a training step here and in PyTorch, one after the other in rounds, each in a process of its own with the same
 * environment. The first steps of each process warm it up and do not count. Wall-clock time is that of the machine as it is; CPU time
 * (all threads) hardly depends on what else runs. benchmarks/peers/README.md has the commands.
 */
public final class TrainingComparison {

    private static final int WARM_UP = 10;
    private static final int STEPS_AN_EPOCH = 55_000 / 128;
    private static final Pattern STEP = Pattern.compile("step ([0-9.]+) ms cpu ([0-9.]+) ms .*");

    private TrainingComparison() {}

    /** Steps of one process, milliseconds. */
    private record Run(double[] wall, double[] cpu) {}

    /**
     * @param args PYTHON, PEERS (the folder of train.py), DATA (folder of the IDX files), rounds, steps a round, threads; or GRAPH.onnx alone,
     *     where the untrained network is written that both start from
     */
    public static void main(String[] args) throws IOException, InterruptedException {
        if (args.length == 1) {
            untrained(Path.of(args[0]));
            return;
        }
        if (args.length != 6) {
            System.err.println("usage: TrainingComparison PYTHON PEERS DATA ROUNDS STEPS THREADS | GRAPH.onnx");
            System.exit(2);
        }
        Path graph = Files.createTempFile("resnet20", ".onnx");
        try {
            untrained(graph);
            String steps = Integer.toString(Integer.parseInt(args[4]) + WARM_UP);
            List<String> ours = List.of(
                    Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                    "-Xmx1024m",
                    "-XX:+UseSerialGC",
                    TrainOnce.class.getName(),
                    graph.toString(),
                    args[2],
                    steps,
                    args[5]);
            List<String> theirs = List.of(
                    args[0],
                    Path.of(args[1], "train.py").toString(),
                    "steps",
                    graph.toString(),
                    args[2],
                    steps,
                    args[5]);
            List<Run> here = new ArrayList<>();
            List<Run> there = new ArrayList<>();
            for (int round = 0; round < Integer.parseInt(args[3]); round++) {
                here.add(run(ours));
                there.add(run(theirs));
                System.out.printf(
                        Locale.ROOT,
                        "round %d: wall %.0f / %.0f ms, CPU %.0f / %.0f ms%n",
                        round + 1,
                        median(here.get(round).wall()),
                        median(there.get(round).wall()),
                        median(here.get(round).cpu()),
                        median(there.get(round).cpu()));
            }
            report("Edgewright", here);
            report("PyTorch", there);
        } finally {
            Files.deleteIfExists(graph);
        }
    }

    /** The network that examples/fashion-mnist/train.yaml begins with. */
    private static void untrained(Path graph) throws IOException {
        Files.write(graph, OnnxFile.toBytes(Architectures.byName("resnet20", new long[] {1, 28, 28}, 10, 7)));
    }

    private static Run run(List<String> command) throws IOException, InterruptedException {
        ProcessBuilder builder = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD);
        // Both get the allocator and the passive waiting that Edgewright's training processes run with.
        builder.environment().putAll(TrainingChild.environment());
        builder.environment().put("CLASSPATH", System.getProperty("java.class.path"));
        Process process = builder.start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (process.waitFor() != 0) {
            throw new IOException(command + " failed with exit code " + process.exitValue());
        }
        List<double[]> steps = said.lines()
                .map(STEP::matcher)
                .filter(Matcher::matches)
                .map(match -> new double[] {Double.parseDouble(match.group(1)), Double.parseDouble(match.group(2))})
                .skip(WARM_UP)
                .toList();
        return new Run(
                steps.stream().mapToDouble(step -> step[0]).toArray(),
                steps.stream().mapToDouble(step -> step[1]).toArray());
    }

    private static double median(double[] values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        return sorted[sorted.length / 2];
    }

    private static void report(String name, List<Run> runs) {
        double[] wall =
                runs.stream().flatMapToDouble(run -> Arrays.stream(run.wall())).toArray();
        double[] cpu =
                runs.stream().flatMapToDouble(run -> Arrays.stream(run.cpu())).toArray();
        System.out.printf(
                Locale.ROOT,
                "%s: wall %s ms a step, CPU %s ms a step; an epoch of %d steps %.0f s, CPU %.0f s%n",
                name,
                interval(wall),
                interval(cpu),
                STEPS_AN_EPOCH,
                median(wall) * STEPS_AN_EPOCH / 1e3,
                median(cpu) * STEPS_AN_EPOCH / 1e3);
    }

    /** The median and its 95 % interval from order statistics. */
    private static String interval(double[] values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        int n = sorted.length;
        int reach = (int) Math.ceil(0.98 * Math.sqrt(n));
        return String.format(
                Locale.ROOT,
                "%.0f (%.0f..%.0f)",
                median(values),
                sorted[Math.max(0, n / 2 - reach)],
                sorted[Math.min(n - 1, n / 2 + reach)]);
    }
}
