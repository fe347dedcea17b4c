package dev.patchbay.backend.daemon;

import dev.patchbay.backend.config.DaemonConfig;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.function.Function;
import org.apache.logging.log4j.Level;
import org.apache.logging.log4j.core.LogEvent;
import org.apache.logging.log4j.core.appender.AbstractAppender;
import org.apache.logging.log4j.core.config.AbstractConfiguration;
import org.apache.logging.log4j.core.config.ConfigurationSource;
import org.apache.logging.log4j.core.config.Configurator;
import org.apache.logging.log4j.core.config.LoggerConfig;
import org.apache.logging.log4j.core.config.Property;
import org.apache.logging.log4j.status.StatusLogger;

/**
 * Log4j on standard error, as the options say. It is put together by hand: to look for
 * configuration files and to build appender and layout as Log4j's plug-ins (300 classes and their
 * annotations) took half of the time that the daemon needs to be ready.
 */
public final class Logging {
  private Logging() {}

  /** Before the first logger is asked for. */
  public static void start(DaemonConfig.Log log) {
    StatusLogger.getLogger().getFallbackListener().setLevel(Level.ERROR);
    Configurator.initialize(new ByHand(log));
  }

  /** One appender, and levels for our loggers and for those of libraries. */
  private static final class ByHand extends AbstractConfiguration {
    private final DaemonConfig.Log log;

    ByHand(DaemonConfig.Log log) {
      super(null, ConfigurationSource.NULL_SOURCE);
      this.log = log;
    }

    /** In place of Log4j's own, which looks for plug-ins. */
    @Override
    public void initialize() {
      setState(State.INITIALIZING);
      StandardError appender = new StandardError(log.json() ? LogLines::json : LogLines::text);
      addAppender(appender);
      Level own = Level.valueOf(log.level().name());
      // libraries are heard from WARN on, at DEBUG they would drown what a person looks for
      getRootLogger().setLevel(own.isMoreSpecificThan(Level.WARN) ? own : Level.WARN);
      getRootLogger().addAppender(appender, null, null);
      addLogger("patchbay", new LoggerConfig("patchbay", own, true));
      addLogger("dev.patchbay", new LoggerConfig("dev.patchbay", own, true));
      setState(State.INITIALIZED);
    }
  }

  /** Each event is one write, so that lines of several processes do not mix. */
  private static final class StandardError extends AbstractAppender {
    private final Function<LogEvent, String> lines;
    private final OutputStream out = new FileOutputStream(FileDescriptor.err);

    StandardError(Function<LogEvent, String> lines) {
      super("err", null, null, true, Property.EMPTY_ARRAY);
      this.lines = lines;
    }

    @Override
    public void append(LogEvent event) {
      try {
        out.write(lines.apply(event).getBytes(StandardCharsets.UTF_8));
      } catch (IOException e) {
        // nobody reads it any more, and there is no other place to say so
        return;
      }
    }
  }
}
