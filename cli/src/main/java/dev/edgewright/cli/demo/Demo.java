package dev.edgewright.cli.demo;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.edgewright.cli.output.LiveView;
import dev.edgewright.cli.output.Terminal;
import dev.edgewright.cli.output.Words;
import dev.edgewright.cli.remote.Api;
import dev.edgewright.cli.remote.CliFailure;
import dev.edgewright.cli.remote.CliFailure.Exit;
import dev.edgewright.cli.remote.Settings.Output;
import dev.edgewright.cli.remote.Shell.Session;
import dev.edgewright.cli.verbs.Fields;
import dev.edgewright.cli.verbs.JobWatch;
import dev.edgewright.cli.verbs.Uploads;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The demo's course: start, import, choose, roll out, drive, judge. */
final class Demo {
    private static final Duration START_WITHIN = Duration.ofMinutes(10);
    private static final Duration PAST_THE_END = Duration.ofMinutes(5);
    private static final Set<String> ENDED = Set.of("SUCCEEDED", "HALTED", "ABORTED", "REVERTED");

    private final Terminal terminal;
    private final Clock clock;
    private final Workspace workspace;
    private final Path example;
    private final String model;
    private final int port;
    private final long watchSeconds;
    private final Map<String, Process> processes = new LinkedHashMap<>();
    private final Map<String, ImageDriver> drivers = new LinkedHashMap<>();
    private volatile boolean driving = true;

    Demo(Terminal terminal, Clock clock, Workspace workspace, Path example, String model, int port, Duration watching) {
        this.terminal = terminal;
        this.clock = clock;
        this.workspace = workspace;
        this.example = example;
        this.model = model;
        this.port = port;
        this.watchSeconds = Math.max(1, watching.toSeconds());
    }

    /** @param limit how long it runs; null until Ctrl-C */
    int run(Duration limit) throws InterruptedException {
        Instant began = clock.instant();
        Session session = startController();
        startAgents(session);
        Instant importing = clock.instant();
        importModel(session);
        explain(session);
        String rollout = createRollout(session);
        drive();
        try (LiveView view = new LiveView(terminal)) {
            DemoView demo = new DemoView(terminal, clock, session.api().server(), model);
            Duration toCommitted = null;
            Instant lastPrint = Instant.EPOCH;
            while (true) {
                requireAlive();
                Instant now = clock.instant();
                DemoView.State state = look(session, rollout);
                if (toCommitted == null && ENDED.contains(state.rolloutState())) {
                    toCommitted = Duration.between(importing, now);
                    String seconds = String.format(java.util.Locale.ROOT, "%.1f s", toCommitted.toMillis() / 1000.0);
                    view.note("Rollout " + rollout + " " + state.rolloutState() + "; from import to the last device "
                            + "committed: " + seconds);
                }
                view.show(demo.lines(state, Duration.between(began, now), limit));
                if (!terminal.interactive() && Duration.between(lastPrint, now).toSeconds() >= 5) {
                    demo.plain(state, Duration.between(began, now)).forEach(view::note);
                    lastPrint = now;
                }
                boolean ended =
                        toCommitted != null && (!"SUCCEEDED".equals(state.rolloutState()) || Verdict.enough(state));
                if (limit != null && isOver(Duration.between(began, now), limit, ended)) {
                    break;
                }
                Thread.sleep(terminal.interactive() ? 500 : 1000);
            }
        }
        driving = false;
        return new Verdict(terminal).judge(look(session, rollout), floor(session));
    }

    /** A machine that is busy with other things may need longer than the limit to show anything. */
    private static boolean isOver(Duration elapsed, Duration limit, boolean ended) {
        return elapsed.compareTo(ended ? limit : limit.plus(PAST_THE_END)) >= 0;
    }

    private Session startController() throws InterruptedException {
        Instant start = clock.instant();
        Path data = workspace.folder().resolve("controller");
        String name = "controller";
        processes.put(
                name,
                workspace.start(
                        name,
                        // It lives for a minute or two: the second compiler would cost more than it brings.
                        List.of("-Xmx512m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"),
                        List.of(
                                "controller",
                                "--data",
                                data.toString(),
                                "--http",
                                "127.0.0.1:" + port,
                                "--mqtt",
                                "embedded:127.0.0.1:0",
                                "--until-stdin-closes")));
        Path portFile = data.resolve("http.port");
        await(
                "the controller",
                () -> Files.isRegularFile(portFile) && !Ports.read(portFile).isEmpty());
        Api api = new Api(java.net.URI.create("http://127.0.0.1:" + Ports.read(portFile)));
        await("the controller", () -> answers(api));
        say("Controller started in " + seconds(start) + ".  Console " + api.server() + "/  Metrics " + api.server()
                + "/metrics");
        return new Session(api, Output.table, terminal);
    }

    private static boolean answers(Api api) {
        try {
            return api.get("/info").has("brokerUrl");
        } catch (CliFailure e) {
            return false;
        }
    }

    private void startAgents(Session session) throws InterruptedException {
        Instant start = clock.instant();
        String broker = session.api().get("/info").path("brokerUrl").asText();
        Path trust = workspace.folder().resolve("controller").resolve("keys");
        for (DemoDevice device : DemoDevice.ALL) {
            Path data = workspace.folder().resolve(device.id());
            processes.put(
                    device.id(),
                    workspace.start(
                            device.id(),
                            List.of("-Xmx96m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"),
                            device.arguments(broker, data, trust)));
            say("Device " + terminal.styled(Terminal.Style.HEADING, device.id()) + ": " + device.words());
        }
        say("Each device measures itself ...");
        await("the devices", () -> online(session) == DemoDevice.ALL.size());
        say("All devices online in " + seconds(start) + ".");
    }

    private static long online(Session session) {
        long online = 0;
        for (JsonNode device : session.api().list("/devices", Map.of())) {
            online += "ONLINE".equals(device.path("state").asText()) && device.has("facts") ? 1 : 0;
        }
        return online;
    }

    private void importModel(Session session) {
        Instant start = clock.instant();
        Path onnx = example.resolve("model.onnx");
        String path = "/models/" + Api.escape(model);
        Uploads.send(session, "POST", path, "application/octet-stream", onnx);
        Path zip = Uploads.zip(example);
        String job;
        try {
            job = Uploads.send(session, "PUT", path + "/data", "application/zip", zip)
                    .path("job")
                    .asText("");
        } finally {
            Uploads.delete(zip);
        }
        if (job.isEmpty()) {
            ObjectNode body = JsonNodeFactory.instance.objectNode();
            body.putArray("recipes").add("fp32").add("int8-static").add("int8-static-avx2");
            job = session.api().post(path + "/variants", body).path("job").asText();
        }
        say("Imported " + model + "; making variants ...");
        JsonNode done = new JobWatch(session, clock).until(job);
        if (!"SUCCEEDED".equals(done.path("state").asText())) {
            throw new CliFailure(
                    Exit.FAILED,
                    "making variants ended " + Fields.text(done, "state") + ": " + Fields.text(done, "error"),
                    "");
        }
        say("Variants made in " + seconds(start) + ":");
        for (JsonNode v : session.api().list(path + "/variants", Map.of())) {
            say("  " + String.format("%-18s", Fields.text(v, "variant"))
                    + Words.bytes(Fields.number(v, "sizeBytes")) + ", accuracy " + Fields.accuracy(v.path("accuracy"))
                    + ", p50 here " + Words.milliseconds(Fields.number(v.path("latency"), "p50Ms")));
        }
    }

    private void explain(Session session) {
        say("Chosen for each device, and why:");
        for (JsonNode s :
                session.api().get("/models/" + Api.escape(model) + "/selection").path("items")) {
            say("  " + String.format("%-18s ", Fields.text(s, "device"))
                    + terminal.styled(Terminal.Style.GOOD, String.format("%-18s", Fields.text(s, "chosen"))) + " "
                    + Fields.text(s, "why"));
        }
    }

    private String createRollout(Session session) {
        ObjectNode body = JsonNodeFactory.instance.objectNode();
        body.put("model", model).put("maxFailureRatio", 0).put("watchSeconds", watchSeconds);
        body.putArray("waves").addObject().put("count", 1);
        body.withArray("/waves").addObject().put("percent", 100);
        String id = session.api().post("/rollouts", body).path("id").asText();
        say("Rollout " + id + ": one device first, then the others; each watches the variant for " + watchSeconds
                + " s.");
        return id;
    }

    private void drive() {
        TestImages images = TestImages.read(example, 1000);
        for (DemoDevice device : DemoDevice.ALL) {
            String servePort =
                    Ports.read(workspace.folder().resolve(device.id()).resolve("serve.port"));
            InferenceClient client = new InferenceClient(Integer.parseInt(servePort), model, images);
            ImageDriver driver = new ImageDriver(client, images, () -> driving);
            drivers.put(device.id(), driver);
            Thread thread = new Thread(driver, "images-" + device.id());
            thread.setDaemon(true);
            thread.start();
        }
    }

    private DemoView.State look(Session session, String rollout) {
        Map<String, ImageDriver.Score> scores = new LinkedHashMap<>();
        drivers.forEach((id, driver) -> scores.put(id, driver.score()));
        List<JsonNode> devices = new ArrayList<>();
        for (String id : drivers.keySet()) {
            devices.add(session.api().get("/devices/" + id));
        }
        return new DemoView.State(devices, session.api().get("/rollouts/" + rollout), scores);
    }

    /** The lowest accuracy that an honest device shows on a thousand images: the worst variant's lower bound, less five points. */
    private double floor(Session session) {
        double lowest = 1;
        for (JsonNode v : session.api().list("/models/" + Api.escape(model) + "/variants", Map.of())) {
            double low = Fields.number(v.path("accuracy"), "low");
            lowest = Math.min(lowest, Double.isNaN(low) ? 0.55 : low);
        }
        return lowest - 0.05;
    }

    private interface Check {
        boolean holds();
    }

    private void await(String what, Check check) throws InterruptedException {
        Instant deadline = clock.instant().plus(START_WITHIN);
        while (!check.holds()) {
            requireAlive();
            if (clock.instant().isAfter(deadline)) {
                throw new CliFailure(
                        Exit.FAILED,
                        what + " did not come up within " + START_WITHIN.toSeconds() + " s",
                        "Run it again with --keep and see the logs.");
            }
            Thread.sleep(100);
        }
    }

    private void requireAlive() {
        processes.forEach((name, process) -> {
            if (!process.isAlive()) {
                throw new CliFailure(
                        Exit.FAILED,
                        name + " ended with exit code " + process.exitValue(),
                        "Its last words:\n  " + workspace.lastWords(name, 12));
            }
        });
    }

    private String seconds(Instant start) {
        return String.format(
                java.util.Locale.ROOT,
                "%.1f s",
                Duration.between(start, clock.instant()).toMillis() / 1000.0);
    }

    private void say(String line) {
        terminal.out().println(line);
    }
}
