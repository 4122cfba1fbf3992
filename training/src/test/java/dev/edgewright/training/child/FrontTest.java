package dev.edgewright.training.child;

import static org.assertj.core.api.Assertions.assertThat;

import dev.edgewright.training.child.Front.Point;
import java.util.List;
import org.junit.jupiter.api.Test;

class FrontTest {

    @Test
    void aFileIsBeatenByOneThatIsNoWorseAndSomewhereBetterNotByItsOwnCopy() {
        List<Object> unbeaten = Front.records(List.of(
                        new Point("round1.onnx", 300, 30, 0.95),
                        new Point("round2.onnx", 200, 20, 0.90),
                        new Point("worse.onnx", 300, 30, 0.94),
                        new Point("model.onnx", 200, 20, 0.90)))
                .stream()
                .map(record -> record.get("unbeaten"))
                .toList();
        assertThat(unbeaten).containsExactly(true, true, false, true);
    }

    @Test
    void withoutClassesSizeAndWorkDecide() {
        List<Object> unbeaten = Front.records(List.of(
                        new Point("large.onnx", 300, 30, Double.NaN), new Point("small.onnx", 200, 20, Double.NaN)))
                .stream()
                .map(record -> record.get("unbeaten"))
                .toList();
        assertThat(unbeaten).containsExactly(false, true);
    }
}
