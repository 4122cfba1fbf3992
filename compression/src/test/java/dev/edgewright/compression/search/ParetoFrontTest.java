package dev.edgewright.compression.search;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class ParetoFrontTest {

    @Test
    void onlyTheUnbeatenStay() {
        List<double[]> items = List.of(
                new double[] {1, 5}, new double[] {2, 2}, new double[] {3, 3}, new double[] {5, 1}, new double[] {2, 2
                });
        assertThat(ParetoFront.of(items, List.of(item -> item[0], item -> item[1])))
                .containsExactly(items.get(0), items.get(1), items.get(3));
    }
}
