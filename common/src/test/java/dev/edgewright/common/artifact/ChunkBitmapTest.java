package dev.edgewright.common.artifact;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import java.util.List;
import java.util.TreeSet;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class ChunkBitmapTest {

    @Property
    void the_wire_form_brings_back_the_same_set(
            @ForAll @IntRange(min = 1, max = 300) int chunks, @ForAll List<@IntRange(max = 299) Integer> members) {
        ChunkBitmap bitmap = ChunkBitmap.none(chunks);
        TreeSet<Integer> expected = new TreeSet<>();
        members.stream().filter(i -> i < chunks).forEach(i -> {
            bitmap.set(i);
            expected.add(i);
        });
        ChunkBitmap back = ChunkBitmap.fromBytes(bitmap.toByteString(), chunks);
        assertThat(back).isEqualTo(bitmap);
        assertThat(back.cardinality()).isEqualTo(expected.size());
        assertThat(back.first()).isEqualTo(expected.isEmpty() ? -1 : expected.first());
    }

    @Property
    void a_union_holds_what_either_holds(
            @ForAll List<@IntRange(max = 99) Integer> a, @ForAll List<@IntRange(max = 99) Integer> b) {
        ChunkBitmap left = ChunkBitmap.none(100);
        ChunkBitmap right = ChunkBitmap.none(100);
        a.forEach(left::set);
        b.forEach(right::set);
        ChunkBitmap union = left.union(right);
        for (int i = 0; i < 100; i++) {
            assertThat(union.isSet(i)).isEqualTo(left.isSet(i) || right.isSet(i));
        }
    }

    @Test
    void chunk_0_is_the_lowest_bit_of_the_first_byte() {
        ChunkBitmap bitmap = ChunkBitmap.none(10);
        bitmap.set(0);
        bitmap.set(9);
        assertThat(bitmap.toByteString()).isEqualTo(ByteString.copyFrom(new byte[] {1, 2}));
        bitmap.clear(0);
        assertThat(bitmap.next(0)).isEqualTo(9);
        assertThat(bitmap.next(10)).isEqualTo(-1);
    }

    @Test
    void all_means_all() {
        assertThat(ChunkBitmap.all(13).cardinality()).isEqualTo(13);
        assertThat(ChunkBitmap.all(0).isEmpty()).isTrue();
    }

    @Test
    void bytes_that_are_no_bitmap_of_so_many_chunks_are_refused() {
        assertThatThrownBy(() -> ChunkBitmap.fromBytes(ByteString.copyFrom(new byte[3]), 10))
                .hasMessageContaining("3 bytes are no bitmap of 10 chunks");
        assertThatThrownBy(() -> ChunkBitmap.fromBytes(ByteString.copyFrom(new byte[] {0, 4}), 10))
                .hasMessageContaining("names chunk 10 of 10");
        assertThatThrownBy(() -> ChunkBitmap.none(4).set(4)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> ChunkBitmap.none(4).union(ChunkBitmap.none(5))).hasMessageContaining("no union");
    }
}
