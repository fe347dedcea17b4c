package dev.patchbay.stack.conntrack.helper;

import dev.patchbay.stack.conntrack.Conntrack;
import dev.patchbay.stack.conntrack.Helper;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The helpers by their names. */
public final class Helpers {
  private Helpers() {}

  /** The names that are known. */
  public static List<String> names() {
    return List.of("ftp", "tftp");
  }

  /** A helper of that name for connections of a namespace; null where there is none. */
  public static @Nullable Helper named(String name, Conntrack conntrack) {
    return switch (name) {
      case "ftp" -> new FtpHelper(conntrack);
      case "tftp" -> new TftpHelper(conntrack);
      default -> null;
    };
  }
}
