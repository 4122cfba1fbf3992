package dev.edgewright.simulator.profile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.edgewright.common.error.EdgewrightException;
import java.nio.file.Path;
import java.util.Collections;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class ProfilesTest {

    @Test
    void a_mix_draws_profiles_by_weight_and_fills_in_what_is_left_out() {
        Mix mix = Mix.parse("camera: {weight: 3, cores: 2}\nserver: {weight: 1, isa: [avx2, avx512_vnni]}", "mix");
        SplittableRandom random = new SplittableRandom(1);
        int cameras = 0;
        for (int i = 0; i < 4000; i++) {
            cameras += mix.draw(random).name().equals("camera") ? 1 : 0;
        }
        assertThat(cameras).isBetween(2850, 3150);
        assertThat(mix.profiles().get("camera").cores()).isEqualTo(2);
        assertThat(mix.profiles().get("camera").latencyMs()).isEqualTo(Profile.DEFAULT.latencyMs());
        assertThat(mix.profiles().get("server").isa()).containsExactly("avx2", "avx512_vnni");
    }

    @Test
    void a_key_that_no_profile_has_is_refused_with_the_nearest() {
        assertThatThrownBy(() -> Mix.parse("camera: {corse: 2}", "mix"))
                .isInstanceOf(EdgewrightException.class)
                .hasMessageContaining("'camera'")
                .hasMessageContaining("cores");
        assertThatThrownBy(() -> Mix.parse("camera: {latency-ms: -1}", "mix"))
                .isInstanceOf(EdgewrightException.class)
                .hasMessageContaining("latency-ms");
        assertThatThrownBy(() -> Mix.parse("", "mix")).isInstanceOf(EdgewrightException.class);
    }

    @Test
    void faults_hit_as_many_devices_as_their_shares_say_and_the_same_ones_for_the_same_seed() {
        Faults faults = Faults.parse("probing: {share: 0.3}\nsilent: {share: 0.1}", "faults");
        var assigned = faults.assign(100, 7);
        assertThat(Collections.frequency(assigned, Fault.FAILS_PROBING)).isEqualTo(30);
        assertThat(Collections.frequency(assigned, Fault.SILENT)).isEqualTo(10);
        assertThat(Collections.frequency(assigned, Fault.NONE)).isEqualTo(60);
        assertThat(assigned).isEqualTo(faults.assign(100, 7)).isNotEqualTo(faults.assign(100, 8));
    }

    @Test
    void shares_that_add_up_to_more_than_all_devices_are_refused() {
        assertThatThrownBy(() -> Faults.parse("probing: {share: 0.7}\nsilent: {share: 0.4}", "faults"))
                .isInstanceOf(EdgewrightException.class)
                .hasMessageContaining("more than 1");
    }

    @Test
    void the_examples_can_be_read() {
        Path examples = Path.of(System.getProperty("edgewright.root"), "examples/simulate");
        assertThat(Mix.load(examples.resolve("mix.yaml")).profiles()).hasSize(3);
        assertThat(Faults.load(examples.resolve("faults.yaml")).probing().share())
                .isPositive();
    }
}
