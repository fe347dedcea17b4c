package dev.patchbay.it;

import dev.patchbay.qemu.process.GuestImage;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/**
 * Guest images, made by {@code images/build} where its cache lacks them (the AST2500's kernel takes
 * minutes, whose progress goes to standard error). Asked for once per JVM.
 */
public final class Images {
  private static final Map<String, Path> FOUND = new HashMap<>();
  private static final Map<String, String> MISSING = new HashMap<>();

  private Images() {}

  /**
   * The image of this name.
   *
   * @throws IOException if it cannot be had; the message says why
   */
  public static GuestImage get(String name) throws IOException {
    return GuestImage.read(folder(name));
  }

  /**
   * The folder that {@code images/build NAME} tells.
   *
   * @throws IOException if it cannot be had; the message says why
   */
  public static synchronized Path folder(String name) throws IOException {
    Path known = FOUND.get(name);
    if (known != null) {
      return known;
    }
    String reason = MISSING.get(name);
    if (reason != null) {
      throw new IOException(reason);
    }
    try {
      Path folder = build(name);
      FOUND.put(name, folder);
      return folder;
    } catch (IOException e) {
      MISSING.put(name, String.valueOf(e.getMessage()));
      throw e;
    }
  }

  private static Path build(String name) throws IOException {
    Path script = Repository.file("images/build");
    if (!Files.isExecutable(script)) {
      throw new IOException("no " + script);
    }
    Process process =
        new ProcessBuilder(script.toString(), name)
            .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    String folder = "";
    try (BufferedReader lines = process.inputReader(StandardCharsets.UTF_8)) {
      String line;
      while ((line = lines.readLine()) != null) {
        if (line.startsWith(name + " ")) {
          folder = line.substring(name.length() + 1).strip();
        }
      }
      int status = process.waitFor();
      if (status != 0) {
        throw new IOException("images/build " + name + " failed with status " + status);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    } finally {
      process.destroy();
    }
    if (folder.isEmpty() || !Files.isDirectory(Path.of(folder))) {
      throw new IOException("images/build " + name + " told no folder of it");
    }
    return Path.of(folder);
  }
}
