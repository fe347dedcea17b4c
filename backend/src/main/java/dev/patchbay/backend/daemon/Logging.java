package dev.patchbay.backend.daemon;

import dev.patchbay.backend.config.DaemonConfig;
import org.apache.logging.log4j.Level;
import org.apache.logging.log4j.core.appender.ConsoleAppender;
import org.apache.logging.log4j.core.config.Configurator;
import org.apache.logging.log4j.core.config.builder.api.ConfigurationBuilder;
import org.apache.logging.log4j.core.config.builder.api.ConfigurationBuilderFactory;
import org.apache.logging.log4j.core.config.builder.impl.BuiltConfiguration;

/** Log4j on standard error, as the options say. */
final class Logging {
  private static final String TEXT = "%d{HH:mm:ss.SSS} %-5p %m%n%xEx";
  private static final String JSON =
      "{\"time\":\"%d{yyyy-MM-dd'T'HH:mm:ss.SSSXXX}\",\"level\":\"%p\",\"logger\":\"%c\","
          + "\"message\":\"%enc{%m%xEx}{JSON}\"}%n";

  private Logging() {}

  static void start(DaemonConfig.Log log) {
    ConfigurationBuilder<BuiltConfiguration> builder =
        ConfigurationBuilderFactory.newConfigurationBuilder();
    builder.setStatusLevel(Level.ERROR);
    builder.add(
        builder
            .newAppender("err", "Console")
            .addAttribute("target", ConsoleAppender.Target.SYSTEM_ERR)
            .add(
                builder
                    .newLayout("PatternLayout")
                    .addAttribute("pattern", log.json() ? JSON : TEXT)));
    Level own = Level.valueOf(log.level().name());
    // libraries are heard from WARN on, at DEBUG they would drown what a person looks for
    Level others = own.isMoreSpecificThan(Level.WARN) ? own : Level.WARN;
    builder.add(builder.newRootLogger(others).add(builder.newAppenderRef("err")));
    builder.add(builder.newLogger("patchbay", own));
    builder.add(builder.newLogger("dev.patchbay", own));
    Configurator.reconfigure(builder.build());
  }
}
