package dev.patchbay.backend.config;

import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A capture to pcapng.
 *
 * @param source where it was written; in a file, where FILE stands
 * @param file absolute; null is standard output
 * @param port the attachment whose frames are captured, or {@code nflog:N} for what rules show to a
 *     group of NFLOG; null is all devices
 * @param portSource where the port was written
 */
public record Capture(
    Source source, @Nullable Path file, @Nullable String port, Source portSource) {
  /**
   * Reads {@code FILE[,port=NAME]}, a comma within FILE doubled.
   *
   * @param source where it stands
   * @param text the value of the option
   * @param base the directory to which a relative FILE is relative
   */
  static Capture parse(Source source, String text, Path base) throws ConfigException {
    List<String> items = KeyValue.items(text);
    String port = null;
    for (String item : items.subList(1, items.size())) {
      KeyValue kv = KeyValue.of(item, source);
      if (!kv.key().equals("port")) {
        throw source.error("unknown key '" + kv.key() + "'; expected port");
      }
      if (port != null) {
        throw kv.givenTwice();
      }
      port = kv.value();
    }
    return of(source, items.get(0), port, source, base);
  }

  /** A capture of a file as written and a port, each with its place. */
  static Capture of(Source source, String file, @Nullable String port, Source portSource, Path base)
      throws ConfigException {
    if (file.isEmpty()) {
      throw source.error("expected a file, or - for standard output");
    }
    return new Capture(
        source,
        file.equals("-") ? null : AttachmentParser.resolve(source, base, file),
        port,
        portSource);
  }
}
