package dev.cistern.flow;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;

/** Many users at once. */
final class Clients {
    private Clients() {}

    /** One of many requests. */
    interface Request {
        Api.Answer send(int number) throws Exception;
    }

    /** Sends requests, as many at a time as there are clients. */
    static List<Api.Answer> atOnce(int clients, int requests, Request request) throws Exception {
        try (var executor = Executors.newFixedThreadPool(clients)) {
            List<Callable<Api.Answer>> calls =
                    IntStream.range(0, requests)
                            .<Callable<Api.Answer>>mapToObj(number -> () -> request.send(number))
                            .toList();
            var answers = new ArrayList<Api.Answer>();
            for (var answer : executor.invokeAll(calls)) {
                answers.add(answer.get());
            }
            return answers;
        }
    }
}
