package dev.edgewright.training.child;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** The record of a job as a page for people: scores, the graphs on the way, and how validation went, epoch by epoch. */
final class TrainingReport {

    private static final int WIDTH = 560;
    private static final int HEIGHT = 160;

    private TrainingReport() {}

    /** @param record what {@code training.json} holds */
    static String html(Map<String, Object> record) {
        StringBuilder page = new StringBuilder("""
                <!doctype html><html lang="en"><meta charset="utf-8"><title>Training</title>
                <style>body{font:15px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#222}
                table{border-collapse:collapse;margin:.5rem 0 1.5rem}td,th{padding:.2rem .8rem;border-bottom:1px solid #ddd;text-align:right}
                td:first-child,th:first-child{text-align:left}svg{background:#f7f7f7}@media(prefers-color-scheme:dark){
                body{background:#181818;color:#ddd}svg{background:#242424}td,th{border-color:#444}}</style>
                <h1>Training</h1><table>
                """);
        record.forEach((key, value) -> {
            if (value instanceof Number || value instanceof String) {
                page.append(row(words(key), number(key, value)));
            }
        });
        page.append("</table><h2>Graphs</h2><table>")
                .append(head("file", "kB", "multiply-accumulates", "validation", "unbeaten"));
        for (Map<String, Object> point : list(record.get("front"))) {
            page.append(row(
                    text(point.get("file")),
                    String.format(Locale.ROOT, "%,.0f", ((Number) point.get("bytes")).doubleValue() / 1000),
                    String.format(Locale.ROOT, "%,d", ((Number) point.get("macs")).longValue()),
                    percent(point.get("validationAccuracy")),
                    Boolean.TRUE.equals(point.get("unbeaten")) ? "yes" : ""));
        }
        page.append("</table><p>Unbeaten: no other file here is smaller, needs less work and is more often right.</p>");
        for (Map<String, Object> step : list(record.get("steps"))) {
            page.append("<h2>").append(text(step.get("step"))).append("</h2>").append(curve(step));
        }
        return page.append("</html>\n").toString();
    }

    private static String curve(Map<String, Object> step) {
        List<Double> values = new ArrayList<>();
        if (step.get("validationAccuracies") instanceof List<?> accuracies) {
            accuracies.forEach(one -> values.add(((Number) one).doubleValue()));
        }
        String best = "best epoch " + step.get("bestEpoch") + ", " + percent(step.get("validationAccuracy"));
        if (values.isEmpty() || values.stream().anyMatch(value -> value.isNaN())) {
            return "<p>" + best + "</p>";
        }
        double low = values.stream().mapToDouble(Double::doubleValue).min().orElse(0);
        double high = values.stream().mapToDouble(Double::doubleValue).max().orElse(1);
        double range = Math.max(high - low, 1e-3);
        StringBuilder points = new StringBuilder();
        for (int i = 0; i < values.size(); i++) {
            points.append(String.format(
                    Locale.ROOT,
                    "%.1f,%.1f ",
                    20 + (WIDTH - 40.0) * i / Math.max(1, values.size() - 1),
                    HEIGHT - 20 - (HEIGHT - 40) * (values.get(i) - low) / range));
        }
        return "<p>" + best + "; from " + percent(values.get(0)) + " to " + percent(values.get(values.size() - 1))
                + " over " + values.size() + " epochs</p><svg width=\"" + WIDTH + "\" height=\"" + HEIGHT
                + "\" role=\"img\" aria-label=\"validation accuracy by epoch\"><polyline fill=\"none\" stroke=\"#2a7\""
                + " stroke-width=\"2\" points=\"" + points.toString().trim() + "\"/></svg>";
    }

    @SuppressWarnings("unchecked")
    private static List<Map<String, Object>> list(Object value) {
        return value instanceof List<?> list ? (List<Map<String, Object>>) list : List.of();
    }

    private static String words(String key) {
        return key.replaceAll("([A-Z]|\\d+)", " $1").toLowerCase(Locale.ROOT);
    }

    private static String number(String key, Object value) {
        if (key.contains("Accuracy") || key.contains("HalfWidth")) {
            return percent(value);
        }
        return value instanceof Double real ? String.format(Locale.ROOT, "%.4g", real) : text(value);
    }

    private static String percent(Object share) {
        return share instanceof Number number && !Double.isNaN(number.doubleValue())
                ? String.format(Locale.ROOT, "%.2f %%", 100 * number.doubleValue())
                : "";
    }

    private static String head(String... cells) {
        return "<tr><th>" + String.join("</th><th>", cells) + "</th></tr>";
    }

    private static String row(String... cells) {
        return "<tr><td>" + String.join("</td><td>", cells) + "</td></tr>";
    }

    private static String text(Object value) {
        return String.valueOf(value).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
    }
}
