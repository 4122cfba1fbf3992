package dev.edgewright.training.child;

import dev.edgewright.compression.search.ParetoFront;
import dev.edgewright.training.TrainingException;
import dev.edgewright.training.TrainingException.Code;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The graphs that a job left on its way, and which of them no other beats in size, work and accuracy. */
final class Front {

    /**
     * @param file name in the result folder
     * @param macs multiply-accumulates a sample
     * @param accuracy on the validation samples; NaN when they have no classes
     */
    record Point(String file, long bytes, long macs, double accuracy) {

        /** Whether another file holds as good a graph: the last step's own file and the job's result, for one. */
        boolean asGoodAs(Point other) {
            return bytes == other.bytes && macs == other.macs && Double.compare(accuracy, other.accuracy) == 0;
        }
    }

    private Front() {}

    static Point point(long macs, Path file, double accuracy) {
        try {
            return new Point(file.getFileName().toString(), Files.size(file), macs, accuracy);
        } catch (IOException e) {
            throw new TrainingException(Code.OUTPUT_FAILED, "cannot read " + file + " back: " + e.getMessage(), e);
        }
    }

    static List<Map<String, Object>> records(List<Point> points) {
        List<Point> best = ParetoFront.of(
                points,
                List.of(Point::bytes, Point::macs, point -> Double.isNaN(point.accuracy()) ? 0 : -point.accuracy()));
        List<Map<String, Object>> records = new ArrayList<>();
        for (Point point : points) {
            Map<String, Object> record = new LinkedHashMap<>();
            record.put("file", point.file());
            record.put("bytes", point.bytes());
            record.put("macs", point.macs());
            record.put("validationAccuracy", point.accuracy());
            record.put("unbeaten", best.stream().anyMatch(point::asGoodAs));
            records.add(record);
        }
        return records;
    }
}
