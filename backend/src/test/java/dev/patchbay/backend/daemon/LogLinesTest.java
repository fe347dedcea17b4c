package dev.patchbay.backend.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import org.apache.logging.log4j.Level;
import org.apache.logging.log4j.core.LogEvent;
import org.apache.logging.log4j.core.impl.Log4jLogEvent;
import org.apache.logging.log4j.message.ParameterizedMessage;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Lines of the log, for people and for machines. */
class LogLinesTest {
  private static final long WHEN = 1_700_000_000_123L;

  private static Log4jLogEvent.Builder event(Level level) {
    return Log4jLogEvent.newBuilder()
        .setLoggerName("patchbay")
        .setLevel(level)
        .setMessage(new ParameterizedMessage("{}: \"{}\"", "bmc0", "a\tb"))
        .setTimeMillis(WHEN);
  }

  @Test
  void forPeople() {
    String[] line = LogLines.text(event(Level.WARN).build()).split(" ", 2);
    assertThat(OffsetDateTime.parse(line[0]).toInstant().toEpochMilli()).isEqualTo(WHEN);
    assertThat(OffsetDateTime.parse(line[0]).getOffset())
        .isEqualTo(ZoneId.systemDefault().getRules().getOffset(Instant.ofEpochMilli(WHEN)));
    assertThat(line[1]).isEqualTo("WARN  bmc0: \"a\tb\"\n");
  }

  @Test
  void forMachines() {
    String line = LogLines.json(event(Level.INFO).build());
    assertThat(line).endsWith("}\n").doesNotContain("\t");
    JsonNode json = JsonMapper.shared().readTree(line);
    assertThat(json.path("level").asString()).isEqualTo("INFO");
    assertThat(json.path("logger").asString()).isEqualTo("patchbay");
    assertThat(json.path("message").asString()).isEqualTo("bmc0: \"a\tb\"");
    assertThat(OffsetDateTime.parse(json.path("time").asString()).toInstant().toEpochMilli())
        .isEqualTo(WHEN);
  }

  @Test
  void tracesGoWithThem() {
    LogEvent event =
        event(Level.ERROR).setThrown(new IllegalStateException("outer", new Error("in"))).build();
    assertThat(LogLines.text(event))
        .contains("bmc0: \"a\tb\"\njava.lang.IllegalStateException: outer\n\tat ")
        .contains("Caused by: java.lang.Error: in");
    JsonNode json = JsonMapper.shared().readTree(LogLines.json(event));
    assertThat(json.path("message").asString()).contains("Caused by: java.lang.Error: in");
  }
}
