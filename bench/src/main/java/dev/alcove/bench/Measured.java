package dev.alcove.bench;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** A program that measures: it reads a count a line, and answers with as many lines of wall and processor time. */
final class Measured implements Contender {
    private final String name;
    private final int perRound;
    private final Process process;
    private final Writer requests;
    private final BufferedReader answers;

    Measured(String name, int perRound, List<String> command) throws IOException {
        this.name = name;
        this.perRound = perRound;
        this.process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        this.requests = process.outputWriter(StandardCharsets.UTF_8);
        this.answers = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public int perRound() {
        return perRound;
    }

    @Override
    public List<Sample> run(int count) throws IOException {
        requests.write(count + "\n");
        requests.flush();
        List<Sample> samples = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            String line = answers.readLine();
            int space = line == null ? -1 : line.indexOf(' ');
            if (line == null || space < 0) {
                throw new IOException(name + ": the measuring program gave up");
            }
            samples.add(new Sample(Long.parseLong(line, 0, space, 10), Long.parseLong(line.substring(space + 1))));
        }
        return samples;
    }

    @Override
    public void close() {
        try {
            requests.close();
            process.waitFor();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
