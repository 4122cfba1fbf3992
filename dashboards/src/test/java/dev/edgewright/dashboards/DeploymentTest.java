package dev.edgewright.dashboards;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.edgewright.cli.Commands;
import dev.edgewright.cli.output.Terminal;
import dev.edgewright.cli.remote.Shell;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What can be said about the deployment files without a container engine: paths, ports, names, and command lines. */
class DeploymentTest {
    private static final JsonNode COMPOSE = Checkout.yaml(Checkout.ROOT.resolve("docker-compose.yml"));
    private static final Path DEPLOY = Checkout.ROOT.resolve("deploy");

    @Test
    void everyMountedPathIsInTheCheckoutAndEveryVolumeIsDeclared() {
        List<String> sources = new ArrayList<>();
        COMPOSE.path("services")
                .forEach(service -> service.path("volumes")
                        .forEach(v -> sources.add(v.asText().split(":")[0])));

        assertThat(sources).isNotEmpty();
        for (String source : sources) {
            if (source.startsWith(".")) {
                assertThat(Checkout.ROOT.resolve(source)).exists();
            } else {
                assertThat(COMPOSE.path("volumes").has(source))
                        .as("volume " + source)
                        .isTrue();
            }
        }
    }

    @Test
    void everyServiceThatAnotherWaitsForIsThere() {
        COMPOSE.path("services").forEach(service -> {
            JsonNode waits = service.path("depends_on");
            List<String> names = new ArrayList<>();
            waits.forEach(name -> names.add(name.asText()));
            waits.fieldNames().forEachRemaining(names::add);
            names.removeIf(String::isEmpty);
            names.forEach(name ->
                    assertThat(COMPOSE.path("services").has(name)).as(name).isTrue());
        });
    }

    @Test
    void noTwoServicesPublishTheSamePortAndAllOnLoopback() {
        Set<String> published = new HashSet<>();
        COMPOSE.path("services")
                .forEach(service -> service.path("ports").forEach(port -> {
                    assertThat(port.asText()).startsWith("127.0.0.1:");
                    assertThat(published.add(port.asText().split(":")[1]))
                            .as(port.asText())
                            .isTrue();
                }));
        assertThat(published).contains("8080", "3000", "9090");
    }

    static Stream<List<String>> commandLines() {
        List<List<String>> lines = new ArrayList<>();
        COMPOSE.path("services").forEach(service -> {
            boolean ours = "edgewright".equals(service.path("image").asText())
                    || "edgewright".equals(service.path("<<").asText()); // the anchor that it merges
            if (ours) {
                List<String> words = new ArrayList<>();
                service.path("command").forEach(word -> words.add(word.asText()));
                lines.add(words);
            }
        });
        for (Path unit : Checkout.files(DEPLOY.resolve("systemd"), ".service")) {
            // edgewright-agent is the verb agent alone, with the same settings.
            Matcher start = Pattern.compile("(?m)^ExecStart=\\S*/edgewright(?:-(?=agent)| )(.*)$")
                    .matcher(Checkout.text(unit));
            assertThat(start.find()).as(unit.toString()).isTrue();
            lines.add(Arrays.asList(start.group(1).split(" ")));
        }
        return lines.stream();
    }

    @ParameterizedTest
    @MethodSource("commandLines")
    void everyCommandIsOneThatTheCommandLineTakes(List<String> words) {
        assertThat(words).isNotEmpty();
        var parsed = Commands.tree(new Shell(Terminal.system(Map.of()), Map.of(), Path.of("/")), Clock.systemUTC())
                .parseArgs(words.toArray(String[]::new));
        assertThat(parsed.hasSubcommand()).isTrue();
    }

    @Test
    void thereAreAControllerAndTwoAgents() {
        assertThat(commandLines().map(words -> words.get(0)).toList())
                .contains("controller", "trust")
                .filteredOn("agent"::equals)
                .hasSizeGreaterThanOrEqualTo(2);
    }

    @Test
    void prometheusScrapesPortsThatServicesListenOn() {
        Set<String> listening = new TreeSet<>();
        COMPOSE.path("services").properties().forEach(service -> {
            Matcher port = Pattern.compile("0\\.0\\.0\\.0:(\\d+)")
                    .matcher(service.getValue().path("command").toString());
            while (port.find()) {
                listening.add(service.getKey() + ":" + port.group(1));
            }
        });
        List<String> targets = new ArrayList<>();
        Checkout.yaml(DEPLOY.resolve("prometheus").resolve("prometheus.yml"))
                .path("scrape_configs")
                .forEach(job -> job.path("static_configs")
                        .forEach(s -> s.path("targets").forEach(t -> targets.add(t.asText()))));

        assertThat(targets).isNotEmpty();
        assertThat(listening).containsAll(targets);
    }

    @Test
    void prometheusLoadsTheCommonRulesAndOneKindOfHistogramOnly() {
        String mounts = COMPOSE.at("/services/prometheus/volumes").toString();
        assertThat(mounts).contains("recording-common.yml", "recording-native.yml", "alerts.yml");
        assertThat(mounts).doesNotContain("recording-classic.yml");
        assertThat(COMPOSE.at("/services/prometheus/command").toString()).contains("native-histograms");
    }

    @Test
    void grafanaFindsItsDataSourceAndDashboards() {
        JsonNode source = Checkout.yaml(DEPLOY.resolve("grafana/provisioning/datasources/prometheus.yml"));
        assertThat(source.at("/datasources/0/uid").asText()).as("a fixed uid").isNotBlank();
        assertThat(source.at("/datasources/0/url").asText()).isEqualTo("http://prometheus:9090");
        String folder = Checkout.yaml(DEPLOY.resolve("grafana/provisioning/dashboards/edgewright.yml"))
                .at("/providers/0/options/path")
                .asText();
        assertThat(COMPOSE.at("/services/grafana/volumes").toString()).contains("./dashboards/grafana:" + folder);
        String home = COMPOSE.at("/services/grafana/environment/GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH")
                .asText();
        assertThat(home).startsWith(folder);
        assertThat(Checkout.ROOT.resolve("dashboards/grafana").resolve(home.substring(folder.length() + 1)))
                .exists();
    }

    @Test
    void theImageCopiesWhatTheBuildMakes() {
        String dockerfile = Checkout.text(DEPLOY.resolve("Dockerfile"));
        Matcher copies = Pattern.compile("(?m)^COPY --from=build /src/(\\S+) ").matcher(dockerfile);
        int found = 0;
        while (copies.find()) {
            String path = copies.group(1);
            if (!path.contains("target")) {
                assertThat(Files.exists(Checkout.ROOT.resolve(path))).as(path).isTrue();
            }
            found++;
        }
        assertThat(found).isGreaterThanOrEqualTo(4);
        assertThat(dockerfile).contains("USER edgewright", "EDGEWRIGHT_NO_BUILD=1");
    }
}
