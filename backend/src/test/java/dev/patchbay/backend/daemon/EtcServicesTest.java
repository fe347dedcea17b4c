package dev.patchbay.backend.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import dev.patchbay.stack.admin.PortNames;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EtcServicesTest {
  @TempDir Path dir;

  @Test
  void namesAliasesAndProtocols() throws IOException {
    Path file = dir.resolve("services");
    Files.writeString(
        file,
        """
        # a comment
        domain\t\t53/tcp\t\t\t\t# Domain Name Server
        domain\t\t53/udp
        http\t\t80/tcp\t\twww\t# WorldWideWeb HTTP
        broken
        odd\t\tx/tcp
        """);

    PortNames services = EtcServices.read(file);

    assertThat(services.name(53, "udp")).isEqualTo("domain");
    assertThat(services.name(80, "tcp")).isEqualTo("http");
    assertThat(services.name(80, "udp")).isNull();
    assertThat(services.port("www", "tcp")).isEqualTo(80);
    assertThat(services.port("http", "tcp")).isEqualTo(80);
    assertThat(services.port("www", "udp")).isEqualTo(-1);
    assertThat(services.port("odd", "tcp")).isEqualTo(-1);
  }

  @Test
  void aMissingFileHasNoNames() {
    assertThat(EtcServices.read(dir.resolve("none")).name(80, "tcp")).isNull();
  }
}
