package dev.edgewright.common.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import dev.edgewright.common.id.DeviceId;
import dev.edgewright.common.id.Digest;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.NullAndEmptySource;
import org.junit.jupiter.params.provider.ValueSource;

class TopicsTest {

    private static final DeviceId CAM = DeviceId.of("cam-7");
    private static final Digest DIGEST = Digest.of(new byte[] {1});

    @Test
    void each_device_topic_reads_back_as_its_device_and_kind() {
        assertThat(Topics.parse(Topics.presence(CAM))).isEqualTo(new TopicMatch.Device(CAM, MessageKind.PRESENCE));
        assertThat(Topics.parse(Topics.hello(CAM))).isEqualTo(new TopicMatch.Device(CAM, MessageKind.HELLO));
        assertThat(Topics.parse(Topics.desired(CAM))).isEqualTo(new TopicMatch.Device(CAM, MessageKind.DESIRED));
        assertThat(Topics.parse(Topics.reported(CAM))).isEqualTo(new TopicMatch.Device(CAM, MessageKind.REPORTED));
        assertThat(Topics.parse(Topics.telemetry(CAM))).isEqualTo(new TopicMatch.Device(CAM, MessageKind.TELEMETRY));
        assertThat(Topics.parse(Topics.want(CAM))).isEqualTo(new TopicMatch.Device(CAM, MessageKind.WANT));
        assertThat(Topics.parse(Topics.trial(CAM))).isEqualTo(new TopicMatch.Device(CAM, MessageKind.TRIAL));
        assertThat(Topics.parse(Topics.trialed(CAM))).isEqualTo(new TopicMatch.Device(CAM, MessageKind.TRIALED));
    }

    @Test
    void a_blob_topic_reads_back_as_digest_and_chunk() {
        assertThat(Topics.parse(Topics.blobChunk(DIGEST, 0))).isEqualTo(new TopicMatch.Blob(DIGEST, 0));
        assertThat(Topics.parse(Topics.blobChunk(DIGEST, 4711))).isEqualTo(new TopicMatch.Blob(DIGEST, 4711));
    }

    @Test
    void topics_are_written_as_documented() {
        assertThat(Topics.desired(CAM)).isEqualTo("edgewright/v1/devices/cam-7/desired");
        assertThat(Topics.ALL_HELLO).isEqualTo("edgewright/v1/devices/+/hello");
        assertThat(Topics.blob(DIGEST)).isEqualTo("edgewright/v1/blobs/" + DIGEST.hex() + "/+");
    }

    @ParameterizedTest
    @NullAndEmptySource
    @ValueSource(
            strings = {
                "edgewright/v1",
                "edgewright/v1/devices/",
                "edgewright/v1/devices/cam-7",
                "edgewright/v1/devices/cam-7/",
                "edgewright/v1/devices/cam-7/hello/again",
                "edgewright/v1/devices/cam-7/secret",
                "edgewright/v1/devices/CAM/hello",
                "edgewright/v1/devices/+/hello",
                "edgewright/v1/devices/../hello",
                "edgewright/v2/devices/cam-7/hello",
                "edgewright/v1/blobs/abc/0",
                "$SYS/broker/uptime"
            })
    void anything_else_is_unknown(String topic) {
        assertThat(Topics.parse(topic)).isInstanceOf(TopicMatch.Unknown.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "-1", "01", "1x", "49152", "99999999999", "+"})
    void a_chunk_number_that_is_none_is_unknown(String number) {
        assertThat(Topics.parse("edgewright/v1/blobs/" + DIGEST.hex() + "/" + number))
                .isInstanceOf(TopicMatch.Unknown.class);
    }

    @Property(tries = 500)
    void parsing_never_throws(@ForAll String tail) {
        assertThat(Topics.parse("edgewright/v1/devices/" + tail)).isNotNull();
        assertThat(Topics.parse("edgewright/v1/blobs/" + tail)).isNotNull();
        assertThat(Topics.parse(tail)).isNotNull();
    }
}
