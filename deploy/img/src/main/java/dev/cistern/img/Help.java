package dev.cistern.img;

/** What the program says of itself. */
final class Help {
    private static final String FORMATS = "qcow2 raw vmdk";

    private Help() {}

    static String version() {
        return Console.PROGRAM + " version 1.0.0, qemu-img's command line as of QEMU 7.2\n";
    }

    /** Lists the subcommands with their options. */
    static void print(Console console) {
        var out = console.out();
        out.print(version());
        out.print(
                """
                usage: cistern img [standard options] command [command options]
                QEMU disk image utility

                    '-h', '--help'       display this help and exit
                    '-V', '--version'    output version information and exit

                Command syntax:
                """);
        QemuImg.commands()
                .forEach(
                        (name, command) ->
                                out.print(
                                        "  %s [%s]%n"
                                                .formatted(
                                                        name,
                                                        String.join(
                                                                "] [",
                                                                command.get().known().names()))));
        out.print("\nSupported formats: %s\n".formatted(FORMATS));
    }
}
