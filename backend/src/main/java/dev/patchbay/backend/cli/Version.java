package dev.patchbay.backend.cli;

import java.io.IOException;
import java.io.InputStream;
import java.util.Properties;

/** The version of this program. */
public final class Version {
  private static final String POM = "/META-INF/maven/dev.patchbay/patchbay-backend/pom.properties";

  private Version() {}

  /** As the build wrote it into the archive; {@code development} for classes outside of one. */
  public static String current() {
    try (InputStream in = Version.class.getResourceAsStream(POM)) {
      if (in == null) {
        return "development";
      }
      Properties properties = new Properties();
      properties.load(in);
      return properties.getProperty("version", "development");
    } catch (IOException e) {
      return "development";
    }
  }

  /** What {@code --version} prints. */
  static String line() {
    return "patchbay " + current();
  }
}
