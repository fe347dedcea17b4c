package dev.patchbay.qemu.process;

import java.io.IOException;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Properties;

/**
 * What {@code images/build} made: a folder with {@code image.properties} and the files that it
 * names.
 *
 * @param folder the folder
 * @param properties the contents of {@code image.properties}
 */
public record GuestImage(Path folder, Properties properties) {

  /**
   * Reads the image in a folder.
   *
   * @throws IOException if there is no readable {@code image.properties}
   */
  public static GuestImage read(Path folder) throws IOException {
    Properties properties = new Properties();
    try (Reader reader =
        Files.newBufferedReader(folder.resolve("image.properties"), StandardCharsets.UTF_8)) {
      properties.load(reader);
    }
    return new GuestImage(folder, properties);
  }

  /** The file that a key names, relative to the folder; empty if the image has no such key. */
  public Optional<Path> file(String key) {
    return text(key).map(folder::resolve);
  }

  /** The value of a key; empty if the image has no such key. */
  public Optional<String> text(String key) {
    return Optional.ofNullable(properties.getProperty(key)).filter(value -> !value.isBlank());
  }
}
