package dev.edgewright.dashboards;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Rules for dashboards, after those of Grafana's dashboard linter. */
class DashboardLintTest {
    private static final Pattern COUNTER = Pattern.compile("[a-z_:]+_total\\b");
    private static final Pattern RATED =
            Pattern.compile("(rate|increase)\\(([a-z_:]+_total)\\{[^}]*}\\[\\$__rate_interval]");
    private static final Pattern SELECTOR =
            Pattern.compile("\\b((?:variant:)?(?:edgewright|jvm)_[a-z0-9_:]+)\\{([^}]*)}");
    private static final Pattern METRIC = Pattern.compile("\\b(?:variant:)?(?:edgewright|jvm)_[a-z0-9_:]+");

    static Stream<Dashboard> dashboards() {
        return Checkout.dashboards().stream();
    }

    @Test
    void thereAreAFleetAndARolloutDashboard() {
        assertThat(dashboards().map(Dashboard::name)).contains("edgewright-fleet.json", "edgewright-rollout.json");
    }

    @ParameterizedTest
    @MethodSource("dashboards")
    void isClassicJsonThatFileProvisioningTakes(Dashboard dashboard) {
        JsonNode json = dashboard.json();
        assertThat(json.path("schemaVersion").asInt()).isEqualTo(42);
        assertThat(json.path("editable").asBoolean(true)).isFalse();
        assertThat(json.has("__inputs"))
                .as("file provisioning never resolves __inputs")
                .isFalse();
        assertThat(json.path("uid").asText() + ".json").isEqualTo(dashboard.name());
        assertThat(json.path("title").asText()).startsWith("Edgewright / ");
        assertThat(json.path("id").isMissingNode())
                .as("ids are Grafana's to give")
                .isTrue();
    }

    @ParameterizedTest
    @MethodSource("dashboards")
    void everyPanelHasATitleADescriptionAUnitAndTheDataSourceVariable(Dashboard dashboard) {
        Set<String> titles = new HashSet<>();
        Set<Integer> ids = new HashSet<>();
        for (JsonNode panel : dashboard.panels()) {
            String title = panel.path("title").asText();
            assertThat(title).isNotBlank();
            assertThat(titles.add(title)).as("'%s' is there once", title).isTrue();
            assertThat(ids.add(panel.path("id").asInt())).isTrue();
            assertThat(panel.path("description").asText())
                    .as(title)
                    .hasSizeGreaterThan(20)
                    .endsWith(".");
            assertThat(panel.at("/fieldConfig/defaults/unit").asText())
                    .as(title)
                    .isNotBlank();
            assertThat(panel.at("/datasource/uid").asText()).as(title).isEqualTo("${datasource}");
            assertThat(panel.path("targets")).as(title).isNotEmpty();
            panel.path("targets").forEach(t -> {
                assertThat(t.at("/datasource/uid").asText()).as(title).isEqualTo("${datasource}");
                assertThat(t.path("legendFormat").asText()).as(title).isNotBlank();
            });
        }
        assertThat(dashboard.json().at("/templating/list/0/type").asText()).isEqualTo("datasource");
    }

    @ParameterizedTest
    @MethodSource("dashboards")
    void countersAreReadAsRatesOverTheRateInterval(Dashboard dashboard) {
        for (Dashboard.Query query : dashboard.queries()) {
            List<String> rated = new ArrayList<>();
            Matcher matcher = RATED.matcher(query.expression());
            while (matcher.find()) {
                rated.add(matcher.group(2));
            }
            assertThat(all(COUNTER, query.expression())).as(query.toString()).isEqualTo(rated);
        }
    }

    @ParameterizedTest
    @MethodSource("dashboards")
    void everySelectorNamesJobAndInstance(Dashboard dashboard) {
        for (Dashboard.Query query : dashboard.queries()) {
            Matcher matcher = SELECTOR.matcher(query.expression());
            int selectors = 0;
            while (matcher.find()) {
                selectors++;
                assertThat(matcher.group(2))
                        .as(query.toString())
                        .contains("job=~\"$job\"")
                        .contains("instance=~\"$instance\"");
            }
            assertThat(selectors)
                    .as("every metric of %s has a selector", query)
                    .isEqualTo(metrics(query).size());
        }
    }

    /** Energy from a model and energy from a sensor are different things; see the rule in recording-common.yml. */
    @ParameterizedTest
    @MethodSource("dashboards")
    void estimatedAndMeasuredEnergyNeverShareALine(Dashboard dashboard) {
        for (Dashboard.Query query : dashboard.queries()) {
            if (query.expression().contains("joules")) {
                boolean bySource = query.expression().matches(".*by \\([^)]*\\bsource\\b[^)]*\\).*");
                boolean oneSource = query.expression().contains("source=\"estimated\"");
                assertThat(bySource || oneSource).as(query.toString()).isTrue();
                assertThat(query.expression()).as(query.toString()).containsPattern("kind=\"(gross|net)\"");
            }
        }
    }

    @ParameterizedTest
    @MethodSource("dashboards")
    void panelsDoNotOverlap(Dashboard dashboard) {
        Set<String> cells = new TreeSet<>();
        for (JsonNode panel : dashboard.json().path("panels")) {
            JsonNode at = panel.path("gridPos");
            assertThat(at.path("x").asInt() + at.path("w").asInt()).isLessThanOrEqualTo(24);
            for (int x = at.path("x").asInt();
                    x < at.path("x").asInt() + at.path("w").asInt();
                    x++) {
                for (int y = at.path("y").asInt();
                        y < at.path("y").asInt() + at.path("h").asInt();
                        y++) {
                    assertThat(cells.add(x + "," + y))
                            .as("%s at %d,%d", panel.path("title"), x, y)
                            .isTrue();
                }
            }
        }
    }

    @Test
    void everyRecordedNameThatAPanelReadsIsRecordedFromBothKindsOfHistogram() {
        Set<String> common = recorded("recording-common.yml");
        Set<String> natively = recorded("recording-native.yml");
        Set<String> classically = recorded("recording-classic.yml");

        assertThat(natively).isEqualTo(classically).isNotEmpty();
        common.addAll(natively);
        Set<String> read = new TreeSet<>();
        dashboards()
                .flatMap(d -> d.queries().stream())
                .flatMap(q -> metrics(q).stream())
                .forEach(read::add);
        read.removeIf(name -> !name.startsWith("variant:"));
        assertThat(read).isNotEmpty();
        assertThat(common).containsAll(read);
    }

    @Test
    void everyAlertSaysWhatItMeansAndHowBadItIs() {
        Checkout.yaml(Checkout.RULES.resolve("alerts.yml"))
                .path("groups")
                .forEach(group -> group.path("rules").forEach(rule -> {
                    assertThat(rule.path("annotations").path("summary").asText())
                            .isNotBlank();
                    assertThat(rule.path("annotations").path("description").asText())
                            .isNotBlank();
                    assertThat(rule.path("labels").path("severity").asText()).isIn("warning", "critical");
                }));
    }

    private static Set<String> recorded(String file) {
        Set<String> names = new TreeSet<>();
        Checkout.yaml(Checkout.RULES.resolve(file))
                .path("groups")
                .forEach(group -> group.path("rules")
                        .forEach(rule -> names.add(rule.path("record").asText())));
        return names;
    }

    private static List<String> metrics(Dashboard.Query query) {
        return all(METRIC, query.expression());
    }

    private static List<String> all(Pattern pattern, String text) {
        List<String> found = new ArrayList<>();
        Matcher matcher = pattern.matcher(text);
        while (matcher.find()) {
            found.add(matcher.group());
        }
        return found;
    }
}
