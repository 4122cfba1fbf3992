package dev.edgewright.benchmarks.models;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What happens to fetched files, on files made here. */
class PreparationTest {

    @TempDir
    Path temp;

    private static String words(int count, long seed) {
        Random random = new Random(seed);
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < count; i++) {
            text.append("word").append((char) ('a' + random.nextInt(26))).append((char) ('a' + random.nextInt(26)));
            text.append(' ');
        }
        return text.toString();
    }

    @Test
    void textsThatRepeatEarlierOnesAreLeftOut() {
        String letter = words(120, 1);
        List<String> texts = new ArrayList<>(List.of(letter, words(120, 2)));
        texts.add("Dear Bob, 17 " + letter + " unsubscribe");
        texts.add(letter.substring(0, letter.length() / 4) + words(90, 3));
        texts.add("short one");
        texts.add("short one!");
        assertThat(NearDuplicates.distinct(texts)).containsExactly(0, 1, 3, 4);
    }

    @Test
    void mailsBecomeSubjectAndText() {
        String raw = "From a@b\nSubject: Make =\nContent-Transfer-Encoding: quoted-printable\nX-Spam: yes\n\n"
                + "<html><style>p {}</style><p>Free=20money=\n now, caf=E9&nbsp;</p>\n--boundary\nContent-Type: text/html\n";
        assertThat(SpamMails.text(raw)).isEqualTo("Make =. Free money now, caf\u00e9");
        assertThat(SpamMails.text("no header at all")).isEqualTo(".");
    }

    @Test
    void mailsAreReadInTheOrderOfTheirChecksumsAndWrittenAsATable() throws IOException {
        String sum = "0123456789abcdef0123456789abcde";
        Files.writeString(temp.resolve("00001." + sum + "2.json"), mail("spam-1", "Subject: a\\n\\nb, \\\"c\\\""));
        Files.writeString(temp.resolve("00002." + sum + "1.json"), mail("easy-ham-1", "Subject: x\\n\\ny"));
        Files.writeString(temp.resolve("file_list.json"), "[]");
        List<SpamMails.Mail> mails = SpamMails.read(temp);
        assertThat(mails).containsExactly(new SpamMails.Mail("x. y", false), new SpamMails.Mail("a. b, \"c\"", true));
        SpamMails.write(mails, temp.resolve("mails.csv"));
        assertThat(temp.resolve("mails.csv")).hasContent("text,kind\n\"x. y\",ham\n\"a. b, \"\"c\"\"\",spam\n");
    }

    private static String mail(String group, String text) {
        return "{\"id\": \"1\", \"group\": \"" + group + "\", \"text\": \"" + text + "\"}";
    }

    @Test
    void theHeadFindsALineBetweenTwoClouds() {
        Random random = new Random(5);
        float[][] features = new float[200][];
        long[] labels = new long[200];
        for (int i = 0; i < 200; i++) {
            labels[i] = i % 2;
            double angle = (i % 2 == 0 ? 0.5 : 1.5) + 0.4 * random.nextGaussian();
            features[i] = new float[] {(float) Math.cos(angle), (float) Math.sin(angle)};
        }
        LogisticHead head = LogisticHead.fit(features, labels);
        int right = 0;
        for (int i = 0; i < 200; i++) {
            double z = head.bias() + head.weights()[0] * features[i][0] + head.weights()[1] * features[i][1];
            right += z > 0 == (labels[i] == 1) ? 1 : 0;
        }
        assertThat(right).isGreaterThan(170);
    }

    @Test
    void aFileOfAnotherDigestIsRefusedAndAFailureIsTold() {
        Fetched other = new Fetched(
                "package a", "00", temp.resolve("a"), "f", List.of(List.of("sh", "-c", "echo changed > f")));
        assertThatThrownBy(other::get).isInstanceOf(Fetched.Unavailable.class).hasMessageContaining("digest");
        Fetched failing = new Fetched(
                "package b", "", temp.resolve("b"), "f", List.of(List.of("sh", "-c", "echo no network; exit 3")));
        assertThatThrownBy(failing::get)
                .isInstanceOf(Fetched.Unavailable.class)
                .hasMessageContaining("package b")
                .hasMessageContaining("no network");
        Fetched nothing = new Fetched("package c", "", temp.resolve("c"), "f", List.of(List.of("no-such-client")));
        assertThatThrownBy(nothing::get).isInstanceOf(Fetched.Unavailable.class).hasMessageContaining("no-such-client");
    }
}
