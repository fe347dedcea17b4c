package dev.patchbay.backend.control;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.DefaultHttpContent;
import io.netty.handler.codec.http.DefaultHttpResponse;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.QueryStringDecoder;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The requests of one client, one after the other. */
final class ControlHandler extends SimpleChannelInboundHandler<FullHttpRequest> {
  private static final Logger LOG = LogManager.getLogger(ControlHandler.class);
  private static final JsonMapper JSON =
      JsonMapper.builder().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS).build();

  /** Bytes or characters of JSON from which on it is read and written beside the loop. */
  private static final int MUCH = 1 << 15;

  private static final String JSON_TYPE = "application/json";
  private static final String FORWARD = "/v1/forwards/";
  private static final String CAPTURE = "/v1/captures/";

  private final Runnable enter;
  private final ControlModel model;
  private final EventLog events;
  private EventLog.@Nullable Subscriber stream;
  private @Nullable StreamResponse streaming;
  private boolean keepAlive;
  private boolean busy;

  ControlHandler(Runnable enter, ControlModel model, EventLog events) {
    this.enter = enter;
    this.model = model;
    this.events = events;
  }

  /** What is answered; the body is text, bytes, or a value that becomes JSON. */
  private record Answer(int status, String type, Object body) {
    static Answer json(int status, Object body) {
      return new Answer(status, JSON_TYPE, body);
    }
  }

  @Override
  protected void channelRead0(ChannelHandlerContext ctx, FullHttpRequest request) {
    if (busy) {
      // a client that does not wait for its answer has no use for it
      ctx.close();
      return;
    }
    busy = true;
    keepAlive = HttpUtil.isKeepAlive(request);
    if (request.decoderResult().isFailure()) {
      refuse(ctx, new ControlException(400, "bad-request", "this is not HTTP/1.1"));
      return;
    }
    enter.run();
    try {
      route(ctx, request);
    } catch (RuntimeException e) {
      failed(ctx, e);
    }
  }

  private void route(ChannelHandlerContext ctx, FullHttpRequest request) {
    QueryStringDecoder uri = new QueryStringDecoder(request.uri());
    String path = uri.path();
    String method = request.method().name();
    switch (path) {
      case "/v1/exec" -> {
        only(method, "POST", path);
        exec(ctx, uri, request);
      }
      case "/v1/ports" -> get(ctx, method, path, model::ports);
      case "/v1/leases" -> get(ctx, method, path, model::leases);
      case "/v1/forwards" -> {
        if (method.equals("POST")) {
          String rule = text(object(request, List.of("rule")), "rule", null);
          later(ctx, model.addForward(rule), made -> Answer.json(201, made));
        } else {
          get(ctx, method, path, model::forwards);
        }
      }
      case "/v1/captures" -> {
        if (method.equals("POST")) {
          JsonNode body = object(request, List.of("port", "file"));
          later(
              ctx,
              model.addCapture(textOrNull(body, "port"), textOrNull(body, "file")),
              made -> Answer.json(201, made));
        } else {
          get(ctx, method, path, model::captures);
        }
      }
      case "/v1/events" -> {
        only(method, "GET", path);
        stream(ctx, since(uri));
      }
      case "/v1/metrics" -> {
        only(method, "GET", path);
        answer(ctx, new Answer(200, "text/plain; version=0.0.4; charset=utf-8", model.metrics()));
      }
      default -> numbered(ctx, method, path);
    }
  }

  private void numbered(ChannelHandlerContext ctx, String method, String path) {
    if (path.startsWith(FORWARD)) {
      only(method, "DELETE", path);
      model.removeForward(id(path, FORWARD, "forward"));
      answer(ctx, new Answer(204, JSON_TYPE, ""));
    } else if (path.startsWith(CAPTURE) && method.equals("GET")) {
      StreamResponse response =
          new StreamResponse(ctx, model.readCapture(id(path, CAPTURE, "capture")));
      streaming = response;
      response.start("application/x-pcapng");
    } else if (path.startsWith(CAPTURE)) {
      only(method, "DELETE", path);
      model.removeCapture(id(path, CAPTURE, "capture"));
      answer(ctx, new Answer(204, JSON_TYPE, ""));
    } else {
      throw new ControlException(404, "not-found", "there is nothing at " + path);
    }
  }

  private static int id(String path, String prefix, String what) {
    String id = path.substring(prefix.length());
    if (!id.matches("[0-9]{1,9}")) { // fits an int
      throw new ControlException(404, "not-found", "there is no " + what + " '" + id + "'");
    }
    return Integer.parseInt(id);
  }

  private static void only(String method, String wanted, String path) {
    if (!method.equals(wanted)) {
      throw new ControlException(
          405, "method-not-allowed", path + " takes " + wanted + ", not " + method);
    }
  }

  /** Gives what a list asks the model for. */
  @FunctionalInterface
  private interface Source {
    Object get();
  }

  private void get(ChannelHandlerContext ctx, String method, String path, Source source) {
    only(method, "GET", path);
    answer(ctx, Answer.json(200, source.get()));
  }

  private void exec(ChannelHandlerContext ctx, QueryStringDecoder uri, FullHttpRequest request) {
    if (request.content().readableBytes() <= MUCH) {
      exec(ctx, uri, object(request, List.of("argv", "stdin")));
      return;
    }
    FullHttpRequest kept = request.retain();
    CompletableFuture.supplyAsync(
            () -> {
              try {
                return object(kept, List.of("argv", "stdin"));
              } finally {
                kept.release();
              }
            })
        .whenCompleteAsync(
            (body, failure) -> {
              enter.run();
              if (failure != null) {
                failed(ctx, failure);
                return;
              }
              try {
                exec(ctx, uri, body);
              } catch (RuntimeException e) {
                failed(ctx, e);
              }
            },
            ctx.executor());
  }

  private void exec(ChannelHandlerContext ctx, QueryStringDecoder uri, JsonNode body) {
    boolean streams = uri.parameters().equals(Map.of("stream", List.of("1")));
    if (!uri.parameters().isEmpty() && !streams) {
      throw new ControlException(
          400, "bad-request", "?" + uri.rawQuery() + ": expected ?stream=1 or nothing");
    }
    List<String> argv = new ArrayList<>();
    JsonNode words = body.get("argv");
    if (words == null || !words.isArray() || words.isEmpty()) {
      throw new ControlException(400, "bad-request", "argv is to be a list of at least one text");
    }
    for (JsonNode word : words) {
      if (!word.isString()) {
        throw new ControlException(400, "bad-request", "argv is to be a list of texts");
      }
      argv.add(word.stringValue());
    }
    if (streams) {
      StreamResponse response =
          new StreamResponse(ctx, model.execStream(argv, text(body, "stdin", "")));
      streaming = response;
      response.start("application/x-ndjson");
      return;
    }
    CompletionStage<Answer> answer =
        model
            .exec(argv, text(body, "stdin", ""))
            .thenCompose(result ->
                result.stdout().length() <= MUCH
                    ? CompletableFuture.completedStage(Answer.json(200, result))
                    : CompletableFuture.supplyAsync(
                        () -> Answer.json(200, JSON.writeValueAsBytes(result))));
    later(ctx, answer, made -> made);
  }

  private static JsonNode object(FullHttpRequest request, List<String> keys) {
    JsonNode body;
    try {
      body = JSON.readTree(request.content().toString(StandardCharsets.UTF_8));
    } catch (JacksonException e) {
      throw new ControlException(
          400, "bad-request", "the body is not JSON: " + e.getOriginalMessage());
    }
    if (!body.isObject()) {
      throw new ControlException(400, "bad-request", "the body is to be an object");
    }
    for (Map.Entry<String, JsonNode> entry : body.properties()) {
      if (!keys.contains(entry.getKey())) {
        throw new ControlException(400, "bad-request", "unknown key '" + entry.getKey() + "'");
      }
    }
    return body;
  }

  private static String text(JsonNode object, String key, @Nullable String otherwise) {
    JsonNode value = object.get(key);
    if (value == null && otherwise != null) {
      return otherwise;
    }
    if (value == null || !value.isString()) {
      throw new ControlException(400, "bad-request", key + " is to be a text");
    }
    return value.stringValue();
  }

  /** A text that may be null or not there. */
  private static @Nullable String textOrNull(JsonNode object, String key) {
    JsonNode value = object.get(key);
    return value == null || value.isNull() ? null : text(object, key, null);
  }

  private static long since(QueryStringDecoder uri) {
    String text = uri.parameters().getOrDefault("since", List.of("0")).getFirst();
    try {
      return Long.parseLong(text);
    } catch (NumberFormatException e) {
      throw new ControlException(400, "bad-request", "since is to be a number, not '" + text + "'");
    }
  }

  private <T> void later(
      ChannelHandlerContext ctx, CompletionStage<T> stage, Function<T, Answer> form) {
    stage.whenCompleteAsync(
        (value, failure) -> {
          if (failure != null) {
            failed(ctx, failure);
          } else {
            answer(ctx, form.apply(value));
          }
        },
        task -> {
          if (ctx.executor().inEventLoop()) {
            task.run();
          } else {
            ctx.executor().execute(task);
          }
        });
  }

  private void failed(ChannelHandlerContext ctx, Throwable thrown) {
    Throwable cause = thrown;
    if (thrown instanceof CompletionException && thrown.getCause() != null) {
      cause = thrown.getCause();
    }
    if (cause instanceof ControlException known) {
      answer(ctx, error(known));
    } else {
      LOG.error("defect: a control request failed", cause);
      answer(ctx, error(new ControlException(500, "internal", "a defect: see the daemon's log")));
    }
  }

  private static Answer error(ControlException e) {
    String message = String.valueOf(e.getMessage());
    return Answer.json(e.status(), Map.of("error", new ErrorBody(e.code(), message)));
  }

  /** The inner object of an error. */
  record ErrorBody(String code, String message) {}

  /** Answers with an error and closes. */
  static void refuse(ChannelHandlerContext ctx, ControlException e) {
    FullHttpResponse response = response(error(e));
    response.headers().set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
    ctx.writeAndFlush(response).addListener(ChannelFutureListener.CLOSE);
  }

  private void answer(ChannelHandlerContext ctx, Answer answer) {
    FullHttpResponse response;
    try {
      response = response(answer);
    } catch (JacksonException e) {
      LOG.error("defect: an answer is not JSON", e);
      response = response(error(new ControlException(500, "internal", "a defect: see the log")));
    }
    busy = false;
    if (keepAlive) {
      ctx.writeAndFlush(response);
      RequestDeadline deadline = ctx.pipeline().get(RequestDeadline.class);
      if (deadline != null) {
        deadline.arm(ctx);
      }
    } else {
      response.headers().set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
      ctx.writeAndFlush(response).addListener(ChannelFutureListener.CLOSE);
    }
  }

  private static FullHttpResponse response(Answer answer) {
    byte[] bytes =
        switch (answer.body()) {
          case String text -> text.getBytes(StandardCharsets.UTF_8);
          case byte[] made -> made;
          default -> JSON.writeValueAsBytes(answer.body());
        };
    FullHttpResponse response =
        new DefaultFullHttpResponse(
            HttpVersion.HTTP_1_1,
            HttpResponseStatus.valueOf(answer.status()),
            Unpooled.wrappedBuffer(bytes));
    if (answer.status() != 204) {
      response.headers().set(HttpHeaderNames.CONTENT_TYPE, answer.type());
      response.headers().setInt(HttpHeaderNames.CONTENT_LENGTH, bytes.length);
    }
    return response;
  }

  /** Sends what is kept and then each event, until the client or the daemon ends. */
  private void stream(ChannelHandlerContext ctx, long since) {
    HttpResponse head = new DefaultHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.OK);
    head.headers().set(HttpHeaderNames.CONTENT_TYPE, "application/x-ndjson");
    head.headers().set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
    HttpUtil.setTransferEncodingChunked(head, true);
    ctx.write(head);
    for (EventLog.Event event : events.since(since)) {
      ctx.write(chunk(event));
    }
    ctx.flush();
    EventLog.Subscriber subscriber =
        event -> {
          if (ctx.channel().isWritable()) {
            ctx.writeAndFlush(chunk(event));
          } else {
            ctx.close(); // it does not read: it may come again with since=
          }
        };
    stream = subscriber;
    events.subscribe(subscriber);
  }

  private static DefaultHttpContent chunk(EventLog.Event event) {
    ByteBuf bytes = Unpooled.wrappedBuffer((event.line() + "\n").getBytes(StandardCharsets.UTF_8));
    return new DefaultHttpContent(bytes);
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    EventLog.Subscriber subscriber = stream;
    if (subscriber != null) {
      events.unsubscribe(subscriber);
      stream = null;
    }
    StreamResponse response = streaming;
    if (response != null) {
      enter.run();
      response.close();
      streaming = null;
    }
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext ctx) {
    StreamResponse response = streaming;
    if (response != null && ctx.channel().isWritable()) {
      enter.run();
      response.pump();
    }
    ctx.fireChannelWritabilityChanged();
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    if (!(cause instanceof IOException)) {
      LOG.warn("control client: {}", cause.toString());
    }
    ctx.close();
  }
}
