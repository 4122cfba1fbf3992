package dev.edgewright.controller.deployment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.edgewright.common.error.EdgewrightException;
import dev.edgewright.controller.http.view.RolloutBodySection;
import dev.edgewright.controller.selection.Objective;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class DeploymentFileTest {

    private static final String WHOLE = """
            model: fashion-mnist
            version: "1"
            query: device.arch == "x86_64"
            minimise: latency
            limits:
              accuracy: {floor: 0.92, drop: 0.5%}
              p95: 20ms
              memory: 64MB
              joules: 50mJ
              artifact: 2MB
            rules:
              - query: device.power == "battery"
                minimise: energy
                limits: {p95: 1.5s}
              - query: device.ram_mb < 512
                minimise: size
              - maximise: accuracy
            trial: {devices: 3, time: 8s, battery: 80, temperature: 70, patience: 5m}
            rollout:
              waves:
                - {count: 1}
                - {percent: 100, approval: true}
              watchSeconds: 30
              gates: {maxSlowdown: 1.2, onBreach: REVERT}
            """;

    private static Deployment read(String yaml) {
        return DeploymentFile.read(yaml, new RolloutBodySection());
    }

    @Test
    void the_example_and_the_documented_file_are_read() throws IOException {
        Path root = Path.of(System.getProperty("edgewright.root", ".."));
        String example = Files.readString(root.resolve("examples/fashion-mnist/deployment.yaml"));
        String page = Files.readString(root.resolve("docs/selection.md"));
        int begin = page.indexOf("```yaml\n") + 8;
        for (String yaml : List.of(example, page.substring(begin, page.indexOf("```", begin)))) {
            assertThat(read(yaml).rules()).hasSizeGreaterThan(1);
        }
    }

    @Test
    void a_whole_file_is_read() {
        var deployment = read(WHOLE);
        assertThat(deployment.model().value()).isEqualTo("fashion-mnist");
        assertThat(deployment.rules()).hasSize(3);
        var battery = deployment.rules().get(0);
        assertThat(battery.requirement().objective()).isEqualTo(Objective.ENERGY);
        assertThat(battery.requirement().maxP95Ms()).hasValue(1500);
        assertThat(battery.requirement().floor()).hasValue(0.92);
        assertThat(battery.requirement().maxDrop()).hasValue(0.005);
        assertThat(battery.requirement().maxJoules()).hasValue(0.05);
        assertThat(battery.lines()).containsEntry("accuracy.floor", 6).containsEntry("p95", 14);
        var last = deployment.rules().get(2);
        assertThat(last.requirement().objective()).isEqualTo(Objective.ACCURACY);
        assertThat(last.requirement().maxBytes()).hasValue(2_000_000);
        assertThat(last.query())
                .contains("(device.arch == \"x86_64\") && !(device.power == \"battery\") && !(device.ram_mb < 512)");
        assertThat(last.written()).contains("device.arch == \"x86_64\"");
        assertThat(deployment.trial().orElseThrow().longestMs()).isEqualTo(8000);
        assertThat(deployment.rollout().waves()).hasSize(2);
        assertThat(deployment.rollout().gates().maxSlowdown()).hasValue(1.2);
    }

    @Test
    void the_smallest_file_is_one_line() {
        var deployment = read("model: m\n");
        assertThat(deployment.rules()).singleElement().satisfies(rule -> {
            assertThat(rule.query()).isEmpty();
            assertThat(rule.requirement().objective()).isEqualTo(Objective.LATENCY);
        });
        assertThat(deployment.trial()).isPresent();
        assertThat(read("model: m\ntrial: {enabled: false}\n").trial()).isEmpty();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource
    void what_is_wrong_is_said_with_its_line(String what, String yaml, String message) {
        assertThatThrownBy(() -> read(yaml))
                .isInstanceOfSatisfying(
                        EdgewrightException.class,
                        e -> assertThat(e.code().name()).isEqualTo("DEPLOYMENT_INVALID"))
                .hasMessageContaining(message);
    }

    static Stream<Arguments> what_is_wrong_is_said_with_its_line() {
        return Stream.of(
                arguments("nothing", "", "line 1, column 1: the file is empty"),
                arguments("no mapping", "- a\n", "line 1, column 1: the file must be a mapping"),
                arguments("no YAML", "model: m\nlimits: {p95: 20ms\n", "line 3, column 1: this is no YAML"),
                arguments("no model", "minimise: latency\n", "'model' is missing"),
                arguments("a bad name", "model: Not A Name\n", "line 1, column 1: 'model' is 'Not A Name'"),
                arguments(
                        "an unknown key",
                        "model: m\nlimit: {}\n",
                        "line 2, column 1: unknown key 'limit'; did you mean 'limits'?"),
                arguments(
                        "an unknown limit",
                        "model: m\nlimits:\n  acuracy: {floor: 0.9}\n",
                        "line 3, column 3: unknown key 'limits.acuracy'; did you mean 'accuracy'?"),
                arguments(
                        "an unknown key of the rollout",
                        "model: m\nrollout:\n  gates: {maxSlowdwn: 1.2}\n",
                        "line 3, column 11: unknown key 'rollout.gates.maxSlowdwn'; did you mean 'maxSlowdown'?"),
                arguments(
                        "a key of the rollout that the file says",
                        "model: m\nrollout: {query: device.online}\n",
                        "unknown key 'rollout.query'"),
                arguments(
                        "a key twice",
                        "model: m\nminimise: latency\nminimise: size\n",
                        "line 3, column 1: 'minimise' is given twice; first at line 2, column 1"),
                arguments(
                        "two objectives",
                        "model: m\nminimise: latency\nmaximise: accuracy\n",
                        "line 3, column 1: 'maximise' contradicts 'minimise' at line 2, column 1"),
                arguments(
                        "an unknown objective",
                        "model: m\nminimise: latancy\n",
                        "line 2, column 1: 'minimise' is 'latancy'; did you mean 'latency'?"),
                arguments("accuracy to be minimised", "model: m\nminimise: accuracy\n", "'minimise' is 'accuracy'"),
                arguments(
                        "a latency without a unit",
                        "model: m\nlimits: {p95: 20}\n",
                        "line 2, column 10: 'limits.p95' is '20'; it must be a time such as 20ms"),
                arguments("a negative latency", "model: m\nlimits: {p95: -3ms}\n", "'limits.p95' is '-3ms'"),
                arguments(
                        "a floor of 92",
                        "model: m\nlimits: {accuracy: {floor: 92}}\n",
                        "'limits.accuracy.floor' is '92'; it must be a share such as 0.92 or 92%"),
                arguments("an empty accuracy", "model: m\nlimits: {accuracy: {}}\n", "needs a floor or a drop"),
                arguments("a floor that is no number", "model: m\nlimits: {accuracy: {floor: NaN}}\n", "is 'NaN'"),
                arguments("four bytes of memory", "model: m\nlimits: {memory: 64B}\n", "holds no model"),
                arguments(
                        "a query that does not compile",
                        "model: m\nquery: device.archh == \"x\"\n",
                        "line 2, column 1: the query cannot be read: at column 8: there is no field device.archh"),
                arguments(
                        "a rule for all before another",
                        "model: m\nrules:\n  - minimise: size\n  - query: device.online\n",
                        "line 3, column 5: a rule without a query takes every device that is left"),
                arguments("no rules", "model: m\nrules: []\n", "'rules' has no rule"),
                arguments("rules that are no list", "model: m\nrules: {a: b}\n", "'rules' must be a list"),
                arguments(
                        "a percentage over 100",
                        "model: m\nrollout:\n  waves:\n    - {percent: 120}\n",
                        "the percent of a wave must be greater than 0 and at most 100"),
                arguments(
                        "a wave that is text",
                        "model: m\nrollout:\n  watchSeconds: soon\n",
                        "line 3, column 3: 'watchSeconds' does not fit"),
                arguments(
                        "an unknown breach",
                        "model: m\nrollout: {gates: {onBreach: EXPLODE}}\n",
                        "line 2, column 19: field 'gates.onBreach': it must be HOLD or REVERT"),
                arguments(
                        "two latency limits that differ",
                        "model: m\nlimits: {p95: 20ms}\nrollout: {limits: {maxP95Ms: 10}}\n",
                        "line 3, column 20: 'rollout.limits.maxP95Ms' contradicts 'limits.p95' at line 2"),
                arguments("a trial of no device", "model: m\ntrial: {devices: 0}\n", "a whole number from 1 to 100"),
                arguments("a trial of a week", "model: m\ntrial: {time: 10000m}\n", "time of a trial must be"));
    }

    @Test
    void everything_that_is_wrong_is_said_at_once() {
        assertThatThrownBy(() -> read("modle: m\nminimise: latancy\nlimits: {p95: 20}\n"))
                .hasMessageContaining("line 1, column 1")
                .hasMessageContaining("line 2, column 1")
                .hasMessageContaining("line 3, column 10");
    }

    @Test
    void a_bomb_of_aliases_is_refused() {
        var bomb = new StringBuilder("model: m\na: &a [x,x,x,x,x,x,x,x,x]\n");
        for (char c = 'b'; c < 'k'; c++) {
            char before = (char) (c - 1);
            bomb.append(c).append(": &").append(c).append(" [");
            bomb.append(("*" + before + ",").repeat(8))
                    .append("*")
                    .append(before)
                    .append("]\n");
        }
        assertThatThrownBy(() -> read(bomb.toString()))
                .isInstanceOf(EdgewrightException.class)
                .hasMessageContaining("aliases");
    }
}
