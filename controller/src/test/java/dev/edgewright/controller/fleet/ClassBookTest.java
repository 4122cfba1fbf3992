package dev.edgewright.controller.fleet;

import static org.assertj.core.api.Assertions.assertThat;

import dev.edgewright.controller.fleet.ClassBook.Traits;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class ClassBookTest {

    private static final String HARDWARE = "x86_64/xeon/2t/2g/avx2";

    /** @param level logarithm by which all rates are higher; @param noise of each rate */
    private static Traits traits(double level, double noise, Random random) {
        Map<String, Double> rates = new HashMap<>();
        for (String kernel : List.of("conv", "gemm", "depthwise_conv")) {
            for (String precision : List.of("fp32", "u8s8", "s8s8")) {
                rates.put(kernel + precision, 5 + level + noise * (2 * random.nextDouble() - 1));
            }
        }
        return new Traits(rates, 0);
    }

    @Test
    void alike_devices_are_one_class_with_the_hardwares_name() {
        var random = new Random(1);
        ClassBook book = ClassBook.EMPTY;
        for (int i = 0; i < 20; i++) {
            book = book.placed("cam-" + i, HARDWARE, traits(0, 0.05, random));
        }
        assertThat(book.leaders()).hasSize(1);
        assertThat(book.of("cam-7", HARDWARE)).isEqualTo(HARDWARE);
        assertThat(book.members()).as("the usual class costs no entry").isEmpty();
    }

    @Test
    void a_slow_one_of_the_same_hardware_founds_a_class_and_leaves_it_when_it_is_fast_again() {
        var random = new Random(1);
        var book = ClassBook.EMPTY
                .placed("cam-1", HARDWARE, traits(0, 0, random))
                .placed("cam-2", HARDWARE, traits(-0.7, 0, random));
        assertThat(book.of("cam-2", HARDWARE)).isEqualTo(HARDWARE + "~2");
        assertThat(book.placed("cam-2", HARDWARE, traits(-0.44, 0, random)).of("cam-2", HARDWARE))
                .as("noise moves nobody")
                .isEqualTo(HARDWARE + "~2");
        assertThat(book.placed("cam-2", HARDWARE, traits(0, 0, random)).of("cam-2", HARDWARE))
                .isEqualTo(HARDWARE);
    }

    @Test
    void one_that_behaves_differently_is_split_off_though_its_probes_agree() {
        var random = new Random(1);
        var same = traits(0, 0, random);
        var book = ClassBook.EMPTY
                .placed("cam-1", HARDWARE, same)
                .placed("cam-2", HARDWARE, same)
                .placed("cam-2", HARDWARE, new Traits(same.rates(), Math.log(1.8)));
        assertThat(book.of("cam-1", HARDWARE)).isEqualTo(HARDWARE);
        assertThat(book.of("cam-2", HARDWARE)).isEqualTo(HARDWARE + "~2");
    }

    @Test
    void few_probes_in_common_say_nothing() {
        var book = ClassBook.EMPTY
                .placed("cam-1", HARDWARE, new Traits(Map.of("conv", 1.0), 0))
                .placed("cam-2", HARDWARE, new Traits(Map.of("conv", 9.0), 0));
        assertThat(book.of("cam-2", HARDWARE)).isEqualTo(HARDWARE);
    }

    @Test
    void a_class_outlives_its_devices_so_that_names_are_never_used_twice() {
        var random = new Random(1);
        var book = ClassBook.EMPTY
                .placed("cam-1", HARDWARE, traits(0, 0, random))
                .placed("cam-2", HARDWARE, traits(-0.7, 0, random))
                .without("cam-2")
                .placed("cam-3", HARDWARE, traits(1.5, 0, random));
        assertThat(book.of("cam-3", HARDWARE)).isEqualTo(HARDWARE + "~3");
    }

    @Property
    void one_more_device_renames_nobody(@ForAll long seed, @ForAll @IntRange(min = 1, max = 25) int devices) {
        var random = new Random(seed);
        ClassBook book = ClassBook.EMPTY;
        var names = new HashMap<String, String>();
        for (int i = 0; i < devices; i++) {
            String device = "cam-" + i;
            book = book.placed(device, HARDWARE, traits(2 * random.nextDouble(), 0.3, random));
            names.put(device, book.of(device, HARDWARE));
            ClassBook now = book;
            names.forEach((known, name) -> assertThat(now.of(known, HARDWARE)).isEqualTo(name));
        }
    }

    /** Groups no wider than the tolerance and further apart than twice of it come out the same in whatever order they came. */
    @Property
    void order_does_not_matter_where_groups_are_apart(
            @ForAll long seed, @ForAll @IntRange(min = 1, max = 4) int groups) {
        var random = new Random(seed);
        Map<String, Traits> devices = new HashMap<>();
        for (int group = 0; group < groups; group++) {
            for (int i = 0; i < 5; i++) {
                devices.put("g" + group + "-" + i, traits(group * 0.7, 0.09, random));
            }
        }
        assertThat(partition(devices, random))
                .isEqualTo(partition(devices, random))
                .hasSize(groups);
    }

    private static Set<Set<String>> partition(Map<String, Traits> devices, Random random) {
        var order = new ArrayList<>(devices.keySet());
        Collections.shuffle(order, random);
        ClassBook book = ClassBook.EMPTY;
        for (String device : order) {
            book = book.placed(device, HARDWARE, devices.get(device));
        }
        var byClass = new HashMap<String, Set<String>>();
        for (String device : order) {
            byClass.computeIfAbsent(book.of(device, HARDWARE), k -> new HashSet<>())
                    .add(device);
        }
        return new HashSet<>(byClass.values());
    }
}
