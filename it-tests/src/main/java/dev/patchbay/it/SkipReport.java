package dev.patchbay.it;

import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.launcher.LauncherSession;
import org.junit.platform.launcher.LauncherSessionListener;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.TestPlan;

/**
 * Counts what was not run, by reason, and prints it at the end: {@code skipped N: REASON}.
 * Registered with JUnit's launcher by its service file.
 */
public final class SkipReport implements LauncherSessionListener, TestExecutionListener {
  private final Map<String, Integer> skipped = new TreeMap<>();
  private @Nullable TestPlan plan;

  @Override
  public void launcherSessionOpened(LauncherSession session) {
    session.getLauncher().registerTestExecutionListeners(this);
  }

  @Override
  public synchronized void testPlanExecutionStarted(TestPlan testPlan) {
    plan = testPlan;
  }

  @Override
  public synchronized void executionSkipped(TestIdentifier identifier, String reason) {
    TestPlan current = plan;
    long tests = identifier.isTest() ? 1 : 0;
    if (current != null) {
      tests += current.getDescendants(identifier).stream().filter(TestIdentifier::isTest).count();
    }
    // A class whose tests are made while it runs counts once.
    count(reason, (int) Math.max(1, tests));
  }

  @Override
  public void executionFinished(TestIdentifier identifier, TestExecutionResult result) {
    if (result.getStatus() == TestExecutionResult.Status.ABORTED) {
      count(result.getThrowable().map(Throwable::getMessage).orElse("aborted"), 1);
    }
  }

  private synchronized void count(String reason, int tests) {
    skipped.merge(reason, tests, Integer::sum);
  }

  /** The lines of the report, one for each reason; empty if all ran. */
  synchronized String report() {
    StringBuilder text = new StringBuilder();
    skipped.forEach((reason, tests) ->
        text.append("skipped ").append(tests).append(": ").append(reason).append('\n'));
    return text.toString();
  }

  @Override
  @SuppressWarnings("SystemOut") // the build's output is where people look
  public synchronized void testPlanExecutionFinished(TestPlan testPlan) {
    System.out.print(report());
    skipped.clear();
  }
}
