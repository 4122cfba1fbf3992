package dev.edgewright.compression.report;

import dev.edgewright.compression.Candidate;
import dev.edgewright.compression.Compressor;
import dev.edgewright.compression.Saturation;
import dev.edgewright.compression.evaluation.AccuracyResult;
import dev.edgewright.compression.search.LayerStudy;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** The report for people. */
final class HtmlReport {

    private static final String STYLE = """
            :root { color-scheme: light dark; --line: #8884; --dim: #777; --accent: #0a7; --warn: #c60; }
            body { font: 15px/1.5 system-ui, sans-serif; max-width: 70rem; margin: 2rem auto; padding: 0 1rem; }
            h1, h2 { font-weight: 600; line-height: 1.2; }
            table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
            th, td { text-align: left; padding: .3rem .6rem; border-bottom: 1px solid var(--line); vertical-align: top; }
            td.n, th.n { text-align: right; }
            tr.front td:first-child { border-left: 3px solid var(--accent); }
            .dim { color: var(--dim); } .warn { color: var(--warn); }
            svg text { font: 12px system-ui, sans-serif; fill: currentColor; }
            li { margin: .1rem 0; }
            """;

    private HtmlReport() {}

    static String of(Compressor.Result result) {
        StringBuilder html = new StringBuilder("<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">")
                .append(
                        "<meta name=\"viewport\" content=\"width=device-width\"><title>Compression report</title><style>")
                .append(STYLE)
                .append("</style></head><body>\n<h1>Compression report</h1>\n");
        html.append("<p>").append(text(summary(result))).append("</p>\n");
        if (result.original().accuracy().isPresent()) {
            html.append(ParetoPlot.of(result));
        }
        html.append("<h2>Variants</h2>\n").append(table(result));
        html.append(saturation(result));
        result.layers().ifPresent(study -> html.append(layers(study)));
        html.append("<h2>How each was made</h2>\n");
        result.candidates().forEach(candidate -> html.append(history(candidate)));
        if (!result.failures().isEmpty()) {
            html.append("<h2>Not made</h2>\n").append(list(result.failures()));
        }
        return html.append("</body></html>\n").toString();
    }

    private static String summary(Compressor.Result result) {
        String model = String.format(
                Locale.ROOT,
                "The model has %,d parameters in %s (SHA-256 %s).",
                result.model().parameters(),
                size(result.model().bytes()),
                result.model().digest().substring(0, 12));
        Optional<Candidate> best = result.recommended()
                .flatMap(name -> result.candidates().stream()
                        .filter(c -> c.name().equals(name))
                        .findFirst());
        if (best.isEmpty()) {
            return model + " No variant was faster and kept the constraints: stay with the original.";
        }
        Candidate candidate = best.get();
        return model
                + String.format(
                        Locale.ROOT,
                        " Recommended: %s, %.2f times as fast and %.0f %% of the size.",
                        candidate.name(),
                        1 / candidate.latency().relative(),
                        100.0 * candidate.bytes() / result.original().bytes());
    }

    private static String table(Compressor.Result result) {
        StringBuilder rows =
                new StringBuilder("<table><thead><tr><th>variant</th><th class=n>quality</th><th class=n>95 %</th>"
                        + "<th class=n>flips</th><th class=n>cosine</th><th class=n>p50 ms</th><th class=n>p95 ms</th><th class=n>speed</th>"
                        + "<th class=n>size</th><th>needs</th></tr></thead><tbody>\n");
        for (Candidate candidate : Report.all(result)) {
            boolean front = result.front().contains(candidate.name());
            rows.append(front ? "<tr class=front><td>" : "<tr><td>").append(text(candidate.name()));
            if (result.recommended().filter(candidate.name()::equals).isPresent()) {
                rows.append(" <strong>recommended</strong>");
            } else if (candidate != result.original() && !candidate.fasterThanOriginal()) {
                rows.append(" <span class=warn>not faster</span>");
            }
            rows.append("</td>");
            Optional<AccuracyResult> accuracy = candidate.accuracy();
            cell(rows, accuracy.map(a -> a.text(a.value())).orElse(""));
            cell(
                    rows,
                    accuracy.map(a -> a.text(a.low()) + "–" + a.text(a.high())).orElse(""));
            cell(rows, accuracy.map(a -> a.flips() + " of " + a.samples()).orElse(""));
            cell(
                    rows,
                    accuracy.map(a -> String.format(Locale.ROOT, "%.5f", a.cosine()))
                            .orElse(""));
            cell(rows, String.format(Locale.ROOT, "%.3f", candidate.latency().p50Millis()));
            cell(rows, String.format(Locale.ROOT, "%.3f", candidate.latency().p95Millis()));
            cell(
                    rows,
                    String.format(Locale.ROOT, "%.2f×", 1 / candidate.latency().relative()));
            cell(rows, size(candidate.bytes()));
            rows.append("<td>")
                    .append(text(String.join(", ", candidate.requiresIsa())))
                    .append("</td></tr>\n");
        }
        return rows.append(
                        "</tbody></table>\n<p class=dim>The bar marks variants that no other beats. Speed: median of the ratios to ")
                .append("the original in interleaved runs on ")
                .append(result.original().latency().threads())
                .append(" thread(s) of this machine.</p>\n")
                .toString();
    }

    /** What the wrong file would cost; a warning alone where that was not computed. */
    private static String saturation(Compressor.Result result) {
        List<String> plain = result.candidates().stream()
                .filter(candidate -> !candidate.requiresIsa().isEmpty())
                .map(Candidate::name)
                .toList();
        if (plain.isEmpty()) {
            return "";
        }
        StringBuilder out = new StringBuilder("<h2>On x86 without VNNI</h2>\n<p>")
                .append(text(String.join(", ", plain)))
                .append(
                        " saturate there: sums of two products stop at 16 bits. Files made with <code>target: avx2</code> do not.</p>\n");
        if (result.saturation().isEmpty()) {
            return out.append("<p class=dim>What that would cost was not computed.</p>\n")
                    .toString();
        }
        out.append(
                        "<table><thead><tr><th>variant</th><th class=n>exact</th><th class=n>saturating</th><th class=n>95 %</th>")
                .append("<th class=n>lost</th><th class=n>samples</th></tr></thead><tbody>\n");
        for (Saturation one : result.saturation()) {
            out.append("<tr><td>").append(text(one.candidate())).append("</td>");
            cell(out, one.exact().text(one.exact().value()));
            cell(out, one.saturating().text(one.saturating().value()));
            cell(
                    out,
                    one.saturating().text(one.saturating().low()) + "–"
                            + one.saturating().text(one.saturating().high()));
            cell(out, one.exact().text(one.lost()));
            cell(out, Long.toString(one.saturating().samples()));
            out.append("</tr>\n");
        }
        return out.append(
                        "</tbody></table>\n<p class=dim>Computed in integers, on this machine, over the first validation samples.</p>\n")
                .toString();
    }

    private static String layers(LayerStudy study) {
        StringBuilder rows = new StringBuilder(
                        "<h2>Layers</h2>\n<p>What keeping one layer float changes, when all others are int8: ")
                .append(String.format(
                        Locale.ROOT,
                        "all in int8 give a relative output error of %.2e in %.0f µs.",
                        study.baseError(),
                        study.baseMicros()))
                .append(
                        "</p>\n<table><thead><tr><th>layer</th><th>operator</th><th class=n>error left</th><th class=n>error removed</th>")
                .append("<th class=n>time, µs</th></tr></thead><tbody>\n");
        for (LayerStudy.Effect effect : study.effects()) {
            rows.append("<tr><td>")
                    .append(text(effect.layer()))
                    .append("</td><td>")
                    .append(text(effect.op()))
                    .append("</td>");
            cell(rows, String.format(Locale.ROOT, "%.2e", effect.error()));
            cell(
                    rows,
                    String.format(
                            Locale.ROOT, "%.0f %%", 100 * (1 - effect.error() / Math.max(study.baseError(), 1e-30))));
            cell(rows, String.format(Locale.ROOT, "%+.1f", effect.micros()));
            rows.append("</tr>\n");
        }
        return rows.append("</tbody></table>\n").toString();
    }

    private static String history(Candidate candidate) {
        StringBuilder out = new StringBuilder("<h3>")
                .append(text(candidate.name()))
                .append("</h3>\n<p class=dim>")
                .append(text(candidate.recipe()))
                .append("</p>\n")
                .append(list(candidate.lineage()));
        if (!candidate.notes().isEmpty()) {
            out.append("<details><summary>Left alone: ")
                    .append(candidate.notes().size())
                    .append("</summary>")
                    .append(list(candidate.notes()))
                    .append("</details>\n");
        }
        return out.toString();
    }

    private static String list(List<String> lines) {
        StringBuilder out = new StringBuilder("<ul>\n");
        lines.forEach(line -> out.append("<li>").append(text(line)).append("</li>\n"));
        return out.append("</ul>\n").toString();
    }

    private static void cell(StringBuilder rows, String value) {
        rows.append("<td class=n>").append(text(value)).append("</td>");
    }

    static String size(long bytes) {
        return bytes >= 1 << 20
                ? String.format(Locale.ROOT, "%.2f MiB", bytes / 1048576.0)
                : String.format(Locale.ROOT, "%.1f KiB", bytes / 1024.0);
    }

    /** Text as HTML shows it; names in models can hold anything. */
    static String text(String raw) {
        return raw.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;");
    }
}
