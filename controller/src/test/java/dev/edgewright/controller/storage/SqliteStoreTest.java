package dev.edgewright.controller.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SqliteStoreTest implements StoreContract, EventStoreContract, ChoosingStoreContract {

    @TempDir
    Path folder;

    private Database database;

    @Override
    public Database database() {
        return database;
    }

    @Override
    public void open() {
        database = Database.sqlite(folder.resolve("edgewright.db"));
    }

    @Override
    public void shut() {
        database.close();
    }

    @Test
    void a_commit_survives_a_power_cut_and_readers_do_not_wait() {
        String journal = database.jdbi()
                .withHandle(h ->
                        h.createQuery("pragma journal_mode").mapTo(String.class).one());
        int synchronous = database.jdbi()
                .withHandle(h ->
                        h.createQuery("pragma synchronous").mapTo(Integer.class).one());
        assertThat(journal).isEqualTo("wal");
        assertThat(synchronous).as("2 is FULL").isEqualTo(2);
    }

    @Test
    void a_setting_that_names_no_database_is_refused() {
        assertThatThrownBy(() -> Database.open("mysql://x", folder)).hasMessageContaining("jdbc:postgresql:");
    }

    @Test
    void a_file_that_is_no_database_is_refused_and_left_as_it_is() throws Exception {
        Path text = folder.resolve("text.db");
        java.nio.file.Files.writeString(text, "not a database".repeat(200));
        assertThatThrownBy(() -> Database.sqlite(text)).hasMessageContaining("not a database");
        assertThat(text).content().startsWith("not a database");
    }
}
