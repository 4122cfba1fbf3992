package dev.edgewright.dashboards;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Rules and panel queries as Prometheus itself reads them. */
class RulesIT {
    private String promtool;

    @BeforeEach
    void tool() {
        promtool = Tools.need(
                        "promtool",
                        "recording rules, alert rules and panel queries are valid and compute what they say")
                .toString();
    }

    @Test
    void everyRuleFileIsValid() throws Exception {
        List<String> command = new ArrayList<>(List.of(promtool, "check", "rules"));
        Checkout.files(Checkout.RULES, ".yml").forEach(f -> command.add(f.toString()));

        assertThat(Tools.run(Checkout.ROOT, command)).contains("SUCCESS").doesNotContain("FAILED");
    }

    @Test
    void rulesComputeWhatTheirTestsSay() throws Exception {
        Path tests = Checkout.RULES.resolve("tests");
        List<String> command = new ArrayList<>(List.of(promtool, "test", "rules"));
        Checkout.files(tests, ".yml").forEach(f -> command.add(f.getFileName().toString()));

        assertThat(Tools.run(tests, command)).contains("SUCCESS");
    }

    @Test
    void everyPanelsQueryIsPromQl(@TempDir Path folder) throws Exception {
        ObjectNode file = JsonNodeFactory.instance.objectNode();
        ObjectNode group = file.putArray("groups").addObject().put("name", "panels");
        ArrayNode rules = group.putArray("rules");
        int n = 0;
        for (Dashboard dashboard : Checkout.dashboards()) {
            for (Dashboard.Query query : dashboard.queries()) {
                rules.addObject().put("record", "panel:" + n++).put("expr", query.forPrometheus());
            }
        }
        Path rulesFile = folder.resolve("panels.yml");
        new YAMLMapper().writeValue(rulesFile.toFile(), file);

        assertThat(Tools.run(folder, List.of(promtool, "check", "rules", rulesFile.toString())))
                .contains(n + " rules found");
    }

    @Test
    void theDeployedConfigurationIsValid(@TempDir Path folder) throws IOException, InterruptedException {
        Path deployed = Checkout.ROOT.resolve("deploy").resolve("prometheus").resolve("prometheus.yml");
        Path copy = Files.copy(deployed, folder.resolve("prometheus.yml"));

        assertThat(Tools.run(folder, List.of(promtool, "check", "config", copy.toString())))
                .contains("SUCCESS");
    }
}
