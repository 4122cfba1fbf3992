package dev.edgewright.controller.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ByteRangeTest {

    @ParameterizedTest
    @CsvSource({
        "bytes=0-0, 0, 0",
        "bytes=0-, 0, 99",
        "bytes=90-200, 90, 99",
        "bytes=-1, 99, 99",
        "bytes=-500, 0, 99",
        "' bytes = 3 - 4 ', 3, 4",
    })
    void one_range_is_a_part(String header, long first, long last) {
        assertThat(ByteRange.parse(Optional.of(header), 100))
                .isEqualTo(new ByteRange.Asked.Part(new ByteRange(first, last)));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {"bytes=5-3", "bytes=-", "items=0-1", "bytes=0-1,3-4", "bytes=a-b", "bytes=99999999999999999999-"})
    void what_is_no_single_valid_range_gets_the_whole(String header) {
        assertThat(ByteRange.parse(Optional.of(header), 100)).isEqualTo(new ByteRange.Asked.Whole());
    }

    @ParameterizedTest
    @CsvSource({"bytes=100-", "bytes=100-200", "bytes=-0"})
    void a_range_without_a_byte_is_unsatisfiable(String header) {
        assertThat(ByteRange.parse(Optional.of(header), 100)).isEqualTo(new ByteRange.Asked.Unsatisfiable());
    }

    @Test
    void no_header_gets_the_whole() {
        assertThat(ByteRange.parse(Optional.empty(), 100)).isEqualTo(new ByteRange.Asked.Whole());
        assertThat(new ByteRange(3, 4).length()).isEqualTo(2);
    }
}
