package dev.edgewright.compression.report;

import dev.edgewright.compression.Candidate;
import dev.edgewright.compression.Compressor;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/** Quality against time as an inline SVG; the area of a point is the size of the file, and a line joins the front. */
final class ParetoPlot {

    private static final int WIDTH = 720;
    private static final int HEIGHT = 360;
    private static final int MARGIN = 56;

    private ParetoPlot() {}

    static String of(Compressor.Result result) {
        List<Candidate> all = Report.all(result);
        double maxTime =
                all.stream().mapToDouble(c -> c.latency().relative()).max().orElse(1) * 1.08;
        double low = all.stream().mapToDouble(ParetoPlot::low).min().orElse(0);
        double high = all.stream()
                .mapToDouble(c -> c.accuracy().orElseThrow().high())
                .max()
                .orElse(1);
        double span = Math.max(high - low, 1e-6);
        double largest = all.stream().mapToLong(Candidate::bytes).max().orElse(1);
        StringBuilder svg = new StringBuilder(String.format(
                Locale.ROOT,
                "<svg viewBox=\"0 0 %d %d\" role=\"img\" aria-label=\"quality against time\" style=\"max-width:%dpx\">%n",
                WIDTH,
                HEIGHT,
                WIDTH));
        axes(svg, maxTime, low, high);
        StringBuilder line = new StringBuilder();
        all.stream()
                .filter(c -> result.front().contains(c.name()))
                .sorted(Comparator.comparingDouble(c -> c.latency().relative()))
                .forEach(c -> line.append(String.format(
                        Locale.ROOT, "%.1f,%.1f ", x(c.latency().relative(), maxTime), y(value(c), low, span))));
        svg.append("<polyline fill=\"none\" stroke=\"var(--accent)\" stroke-dasharray=\"4 3\" points=\"")
                .append(line.toString().strip())
                .append("\"/>\n");
        for (Candidate candidate : all) {
            double x = x(candidate.latency().relative(), maxTime);
            double radius = 3 + 9 * Math.sqrt(candidate.bytes() / largest);
            boolean front = result.front().contains(candidate.name());
            svg.append(String.format(
                    Locale.ROOT,
                    "<line x1=\"%1$.1f\" x2=\"%1$.1f\" y1=\"%2$.1f\" y2=\"%3$.1f\" stroke=\"currentColor\" opacity=\".35\"/>"
                            + "<circle cx=\"%1$.1f\" cy=\"%4$.1f\" r=\"%5$.1f\" fill=\"%6$s\" opacity=\".75\"><title>%7$s</title></circle>%n",
                    x,
                    y(candidate.accuracy().orElseThrow().low(), low, span),
                    y(candidate.accuracy().orElseThrow().high(), low, span),
                    y(value(candidate), low, span),
                    radius,
                    front ? "var(--accent)" : "var(--dim)",
                    HtmlReport.text(candidate.name())));
            if (front) {
                svg.append(String.format(
                        Locale.ROOT,
                        "<text x=\"%.1f\" y=\"%.1f\">%s</text>%n",
                        x + radius + 3,
                        y(value(candidate), low, span) + 4,
                        HtmlReport.text(candidate.name())));
            }
        }
        return svg.append("</svg>\n").toString();
    }

    private static void axes(StringBuilder svg, double maxTime, double low, double high) {
        svg.append(String.format(
                Locale.ROOT,
                "<path d=\"M%d %d V%d H%d\" fill=\"none\" stroke=\"currentColor\" opacity=\".5\"/>"
                        + "<text x=\"%d\" y=\"%d\" text-anchor=\"middle\">time relative to the original</text>"
                        + "<text x=\"%d\" y=\"14\">quality, %% (bars: 95 %% interval)</text>%n",
                MARGIN,
                20,
                HEIGHT - MARGIN,
                WIDTH - 20,
                WIDTH / 2,
                HEIGHT - 14,
                4));
        for (int i = 0; i <= 4; i++) {
            double time = maxTime * i / 4;
            double share = low + (high - low) * i / 4;
            svg.append(String.format(
                    Locale.ROOT,
                    "<text x=\"%.1f\" y=\"%d\" text-anchor=\"middle\">%.2f</text><text x=\"%d\" y=\"%.1f\" text-anchor=\"end\">%.1f</text>%n",
                    x(time, maxTime),
                    HEIGHT - MARGIN + 18,
                    time,
                    MARGIN - 6,
                    y(share, low, Math.max(high - low, 1e-6)) + 4,
                    100 * share));
        }
    }

    private static double value(Candidate candidate) {
        return candidate.accuracy().orElseThrow().value();
    }

    private static double low(Candidate candidate) {
        return candidate.accuracy().orElseThrow().low();
    }

    private static double x(double time, double maxTime) {
        return MARGIN + (WIDTH - MARGIN - 20) * time / maxTime;
    }

    private static double y(double value, double low, double span) {
        return HEIGHT - MARGIN - (HEIGHT - MARGIN - 20) * (value - low) / span;
    }
}
