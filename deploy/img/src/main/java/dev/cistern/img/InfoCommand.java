package dev.cistern.img;

import dev.cistern.image.storage.Access;
import java.util.List;
import java.util.Optional;

/** {@code info}: what images say of themselves. */
final class InfoCommand implements Command {
    @Override
    public Options.Known known() {
        return new Options.Known(
                "hf:U",
                "help=h",
                "format:=f",
                "output:",
                "backing-chain",
                "object:",
                "image-opts",
                "force-share=U");
    }

    @Override
    public int run(Console console, Options options) throws Failure {
        var file = options.onlyFile();
        var output = Output.of(options);
        var secrets = SecretObjects.of(console, options);
        var opening = new Opening(console, secrets);
        var top = opening.settled(ImageName.of(console, options, file), Access.READ);
        var chain = options.has("backing-chain");
        var members = chain ? opening.lookAtAll(top) : List.of(opening.look(top));
        var views =
                members.stream()
                        .map(member -> new InfoView(member, below(opening, member)))
                        .toList();
        var out = console.out();
        switch (output) {
            case HUMAN ->
                    out.print(String.join("\n", views.stream().map(InfoView::human).toList()));
            case JSON -> {
                var values = views.stream().map(InfoView::json).toList();
                out.print(Json.pretty(chain ? values : values.getFirst()) + "\n");
            }
        }
        return 0;
    }

    private static Optional<String> below(Opening opening, Opening.Member member) {
        return opening.below(member).map(ImageName::file);
    }
}
