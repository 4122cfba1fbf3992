package dev.edgewright.dashboards;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;

/**
 * One Grafana dashboard.
 *
 * @param name of its file
 */
record Dashboard(String name, JsonNode json) {

    /** A panel's query. */
    record Query(String dashboard, String panel, String refId, String expression) {
        /** As Prometheus takes it: Grafana's variables replaced by what "All" and a scrape interval of a second give. */
        String forPrometheus() {
            return expression
                    .replaceAll("\"\\$(job|instance|model|class|rollout)\"", "\".+\"")
                    .replace("$__rate_interval", "1m");
        }

        @Override
        public String toString() {
            return dashboard + " / " + panel + " / " + refId;
        }
    }

    /** Every panel that shows data; rows only group them. */
    List<JsonNode> panels() {
        List<JsonNode> panels = new ArrayList<>();
        json.path("panels").forEach(panel -> {
            if (!"row".equals(panel.path("type").asText())) {
                panels.add(panel);
            }
        });
        return panels;
    }

    List<Query> queries() {
        List<Query> queries = new ArrayList<>();
        for (JsonNode panel : panels()) {
            panel.path("targets")
                    .forEach(t -> queries.add(new Query(
                            name,
                            panel.path("title").asText(),
                            t.path("refId").asText(),
                            t.path("expr").asText())));
        }
        return queries;
    }
}
