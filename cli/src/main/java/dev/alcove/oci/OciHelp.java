package dev.alcove.oci;

import java.util.List;
import java.util.Optional;

/** The help in runc's layout, from the tables the parser reads by. */
final class OciHelp {
    private static final String INDENT = "   ";
    private static final int GAP = 2;

    private OciHelp() {}

    /** Of the program as a whole. */
    static String program(String version) {
        StringBuilder out = new StringBuilder(4096);
        out.append("NAME:\n   ").append(OciCommands.NAME).append(" - Open Container Initiative runtime\n\n");
        out.append("""
                Makes containers of bundles: a bundle is a directory with a "config.json", as the Open Container
                Initiative's runtime specification has it, and a root file system. The command line is runc's, so that
                whatever calls runc can call this instead.

                """);
        out.append("USAGE:\n   ")
                .append(OciCommands.NAME)
                .append(" [global options] command [command options] [arguments...]\n\n");
        out.append("VERSION:\n   ").append(version.replace("\n", "\n   ")).append("\n\nCOMMANDS:\n");
        int width = 0;
        for (String name : OciManuals.NAMES) {
            width = Math.max(width, name.length());
        }
        for (String name : OciManuals.NAMES) {
            Optional<OciManual> manual = OciManuals.find(name);
            row(out, width, name, manual.map(OciManual::summary).orElse("show a list of commands or the help of one"));
        }
        out.append("\nGLOBAL OPTIONS:\n");
        flags(out, OciManuals.GLOBALS);
        return out.toString();
    }

    /** Of one command. */
    static String command(OciManual manual) {
        StringBuilder out = new StringBuilder(2048);
        String called = OciCommands.NAME + " " + manual.name();
        out.append("NAME:\n   ").append(called).append(" - ").append(manual.summary());
        out.append("\n\nUSAGE:\n   ").append(called);
        out.append(manual.flags().isEmpty() ? "" : " [command options]");
        out.append(manual.usage().isEmpty() ? "" : " " + manual.usage()).append('\n');
        if (!manual.text().isEmpty()) {
            out.append('\n').append(manual.text()).append('\n');
        }
        if (!manual.flags().isEmpty()) {
            out.append("\nOPTIONS:\n");
            flags(out, manual.flags());
        }
        return out.toString();
    }

    private static void flags(StringBuilder out, List<OciFlag> flags) {
        int width = 0;
        for (OciFlag flag : flags) {
            width = Math.max(width, spelling(flag).length());
        }
        for (OciFlag flag : flags) {
            row(out, width, spelling(flag), flag.help() + initial(flag));
        }
    }

    private static String spelling(OciFlag flag) {
        String value = flag.kind() == OciFlag.Kind.SWITCH ? "" : " value";
        String name = "--" + flag.name() + value;
        return flag.alias().isEmpty() ? name : name + ", -" + flag.alias() + value;
    }

    private static String initial(OciFlag flag) {
        if (flag.initial().isEmpty()) {
            return "";
        }
        boolean text = flag.kind() == OciFlag.Kind.TEXT;
        return " (default: " + (text ? GoValues.quote(flag.initial()) : flag.initial()) + ")";
    }

    private static void row(StringBuilder out, int width, String left, String right) {
        out.append(INDENT)
                .append(left)
                .repeat(' ', width - left.length() + GAP)
                .append(right)
                .append('\n');
    }
}
